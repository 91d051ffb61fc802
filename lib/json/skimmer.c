#include "json/json_internal.h"

void spk_json_skim_begin(struct json_skimmer *skimmer, char first)
{
    bool scalar = first != '{' && first != '[' && first != '"';
    *skimmer = (struct json_skimmer){.is_scalar = scalar};
}

/* Up to the closing quote; the opening one was passed. */
static size_t skim_string(struct json_skimmer *skimmer, struct spk_view bytes, size_t at)
{
    while (at < bytes.len) {
        char c = bytes.at[at++];
        if (skimmer->escaped) {
            skimmer->escaped = false;
        } else if (c == '\\') {
            skimmer->escaped = true;
        } else if (c == '"') {
            skimmer->in_string = false;
            skimmer->done = skimmer->depth == 0;
            break;
        }
    }
    return at;
}

static bool ends_scalar(char c)
{
    return json_is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':';
}

static size_t skim_scalar(struct json_skimmer *skimmer, struct spk_view bytes)
{
    size_t at = 0;
    while (at < bytes.len && !ends_scalar(bytes.at[at]))
        at++;
    skimmer->done = at < bytes.len;
    return at;
}

static void skim_bracket(struct json_skimmer *skimmer, char c)
{
    if (c == '{' || c == '[') {
        skimmer->depth++;
    } else if (c == '}' || c == ']') {
        skimmer->depth--;
        skimmer->done = skimmer->depth == 0;
    }
    if (skimmer->depth > JSON_SKIM_DEPTH)
        skimmer->done = true;
}

size_t spk_json_skim(struct json_skimmer *skimmer, struct spk_view bytes)
{
    if (skimmer->is_scalar)
        return skim_scalar(skimmer, bytes);
    size_t at = 0;
    while (at < bytes.len && !skimmer->done) {
        if (skimmer->in_string) {
            at = skim_string(skimmer, bytes, at);
            continue;
        }
        char c = bytes.at[at++];
        if (c == '"')
            skimmer->in_string = true;
        else
            skim_bracket(skimmer, c);
    }
    return at;
}
