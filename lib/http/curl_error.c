#include "http/curl_internal.h"

static const struct {
    CURLcode code;
    spk_rc rc;
    const char *text;
    const char *hint;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, SPK_ETRANSIENT, "the host's name could not be resolved",
     "check the host's spelling and the name service"},
    {CURLE_COULDNT_RESOLVE_PROXY, SPK_ETRANSIENT, "the proxy's name could not be resolved",
     "check HTTP_PROXY and HTTPS_PROXY"},
    {CURLE_PROXY, SPK_ETRANSIENT, "the proxy failed", "check HTTP_PROXY and HTTPS_PROXY"},
    {CURLE_COULDNT_CONNECT, SPK_ETRANSIENT, "could not connect",
     "check host, port and firewall; the peer may be down"},
    {CURLE_OPERATION_TIMEDOUT, SPK_ETRANSIENT, "no answer came in time", "try again later"},
    {CURLE_GOT_NOTHING, SPK_ETRANSIENT, "the connection was closed without an answer",
     "try again later"},
    {CURLE_SEND_ERROR, SPK_ETRANSIENT, "the connection broke while sending", "try again later"},
    {CURLE_RECV_ERROR, SPK_ETRANSIENT, "the connection was reset", "try again later"},
    {CURLE_PARTIAL_FILE, SPK_ETRANSIENT, "the body ended too early", "try again later"},
    {CURLE_HTTP2, SPK_ETRANSIENT, "HTTP/2 failed", "try again later"},
    {CURLE_HTTP2_STREAM, SPK_ETRANSIENT, "the HTTP/2 stream was reset", "try again later"},
    {CURLE_SSL_CONNECT_ERROR, SPK_ETRANSIENT, "the TLS handshake was interrupted",
     "check that the port speaks TLS; try again later"},
    {CURLE_WEIRD_SERVER_REPLY, SPK_ETRANSIENT, "the answer is not HTTP",
     "check scheme and port; the peer may be broken"},
    {CURLE_UNSUPPORTED_PROTOCOL, SPK_ETRANSIENT, "the answer is not HTTP",
     "check scheme and port; the peer may be broken"},
    {CURLE_PEER_FAILED_VERIFICATION, SPK_ECONFIG, "the TLS certificate is not trusted",
     "point SSL_CERT_FILE to the authority's certificates if the host is right"},
    {CURLE_SSL_CACERT_BADFILE, SPK_ECONFIG, "the file of TLS authorities cannot be read",
     "check SSL_CERT_FILE, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"},
    {CURLE_SSL_ISSUER_ERROR, SPK_ECONFIG, "the TLS certificate's issuer is not trusted",
     "point SSL_CERT_FILE to the authority's certificates if the host is right"},
    {CURLE_SSL_CIPHER, SPK_ECONFIG, "no common TLS cipher", "the peer's TLS is too old"},
    {CURLE_URL_MALFORMAT, SPK_ECONFIG, "the URL is not valid", "check host and port"},
    {CURLE_BAD_CONTENT_ENCODING, SPK_EDATA, "the body is not encoded as its headers say",
     "ask the peer, or read it raw"},
    {CURLE_OUT_OF_MEMORY, SPK_EDATA, "a header line or a packed body is larger than libcurl takes",
     "ask the peer"},
};

/* libcurl's own words carry hosts, ports and times, never the URL. */
spk_rc spk_http_curl_failure(CURLcode code, const char *cause, struct spk_error *err)
{
    const char *said = cause[0] ? cause : spk_http_curl.easy_strerror(code);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        if (failures[i].code == code) {
            spk_error_set(err, failures[i].rc, "%s (%s)", failures[i].text, said);
            spk_error_hint(err, "%s", failures[i].hint);
            return failures[i].rc;
        }
    }
    return spk_error_set(err, SPK_ESYSTEM, "libcurl failed with code %d (%s)", (int)code, said);
}
