"""JWT: the server checks each token; its header is none of those that are compared, as times differ."""

import functools
import json

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from scenarios.parts import Scenario, option, requester, rows, scenario, source, stream

CURVES = {
    "ES256": ec.SECP256R1,
    "ES256K": ec.SECP256K1,
    "ES384": ec.SECP384R1,
    "ES512": ec.SECP521R1,
}
SECRET = "a secret of more than sixty-four bytes, as long as HS512 would like it to be"


@functools.cache
def private_key(kind):
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def pem(key, passphrase=None, form=serialization.PrivateFormat.PKCS8):
    hidden = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, form, hidden).decode()


def checked(key, algorithm, claims=None, headers=None, prefix=""):
    """Rows for a token that is signed and says what it should; 401 for others."""

    def serve(r):
        text = r.headers.get("Token", "")
        try:
            assert text.startswith(prefix)
            token = text[len(prefix) :]
            said = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                options={"verify_aud": False, "verify_exp": True},
            )
            head = jwt.get_unverified_header(token)
        except (AssertionError, jwt.PyJWTError) as error:
            return 401, repr(error)
        times = {name: said.pop(name) for name in ("iat", "exp", "nbf")}
        good = times["iat"] == times["nbf"] and said == (claims or {})
        good = good and head == {"alg": algorithm, "typ": "JWT", **(headers or {})}
        return rows(times["exp"] - times["iat"]) if good else (401, repr((said, head)))

    return serve


def signed(algorithm, key, serve, config=None, **extra):
    authenticator = {
        "type": "JwtAuthenticator",
        "secret_key": "{{ config['key'] }}",
        "algorithm": algorithm,
        "token_duration": 3,
        "request_option": option("Token", "header"),
        **extra,
    }
    return Scenario(
        source(stream(request=requester(authenticator=authenticator))),
        serve,
        config={"key": key, **(config or {})},
    )


def by_secret(algorithm):
    return signed(algorithm, SECRET, checked(SECRET, algorithm))


def by_key(algorithm, kind):
    key = private_key(kind)
    return signed(algorithm, pem(key), checked(key.public_key(), algorithm))


@scenario
def signed_by_hs256():
    return by_secret("HS256")


@scenario
def signed_by_hs384():
    return by_secret("HS384")


@scenario
def signed_by_hs512():
    return by_secret("HS512")


@scenario
def signed_by_es256():
    return by_key("ES256", "ES256")


@scenario
def signed_by_es256k():
    return by_key("ES256K", "ES256K")


@scenario
def signed_by_es384():
    return by_key("ES384", "ES384")


@scenario
def signed_by_es512():
    return by_key("ES512", "ES512")


@scenario
def signed_by_rs256():
    return by_key("RS256", "RSA")


@scenario
def signed_by_rs384():
    return by_key("RS384", "RSA")


@scenario
def signed_by_rs512_with_an_older_form_of_key():
    key = private_key("RSA")
    text = pem(key, form=serialization.PrivateFormat.TraditionalOpenSSL)
    return signed("RS512", text, checked(key.public_key(), "RS512"))


@scenario
def signed_by_ps256():
    return by_key("PS256", "RSA")


@scenario
def signed_by_ps384():
    return by_key("PS384", "RSA")


@scenario
def signed_by_ps512():
    return by_key("PS512", "RSA")


@scenario
def signed_by_ed25519():
    return by_key("EdDSA", "Ed25519")


@scenario
def signed_by_ed448():
    return by_key("EdDSA", "Ed448")


@scenario
def signed_with_a_passphrase():
    key = private_key("RSA")
    return signed(
        "RS256",
        pem(key, b"open"),
        checked(key.public_key(), "RS256"),
        {"pass": "open"},
        passphrase="{{ config['pass'] }}",
    )


@scenario
def signed_with_an_empty_passphrase():
    key = private_key("RSA")
    return signed(
        "RS256",
        pem(key),
        checked(key.public_key(), "RS256"),
        {"pass": ""},
        passphrase="{{ config['pass'] }}",
    )


@scenario
def signed_by_the_secret_in_base64():
    encoded = "c2VjcmV0IG9mIGF0IGxlYXN0IHRoaXJ0eS10d28gYnl0ZXM="
    return signed(
        "HS256",
        "secret of at least thirty-two bytes",
        checked(encoded, "HS256"),
        base64_encode_secret_key=True,
    )


@scenario
def signed_with_claims_and_headers():
    return signed(
        "HS256",
        SECRET,
        checked(
            SECRET,
            "HS256",
            {"iss": "me", "sub": "you", "aud": "all", "scope": "read", "n": 7, "say": "grüß"},
            {"kid": "k1", "cty": "text", "x": "me"},
            "Bearer ",
        ),
        {"id": "me"},
        jwt_headers={"kid": "k1", "cty": "text"},
        jwt_payload={"iss": "{{ config['id'] }}", "sub": "you", "aud": "all"},
        additional_jwt_headers={"x": "{{ config['id'] }}"},
        additional_jwt_payload={"scope": "read", "n": "{{ 3 + 4 }}", "say": "grüß"},
        header_prefix="Bearer",
    )


@scenario
def signed_with_what_a_text_of_the_config_holds():
    account = json.dumps({"private_key": pem(private_key("RSA")), "client_email": "a@b.test"})
    public = private_key("RSA").public_key()
    return signed(
        "RS256",
        "",
        checked(public, "RS256", {"iss": "a@b.test"}),
        {"account": account},
        secret_key="{{ json_loads(config['account'])['private_key'] }}",
        jwt_payload={"iss": "{{ json_loads(config['account']).get('client_email') }}"},
    )
