/* What answers have in common, and the faults that look alike on every platform. */
#include "simulator.h"

static const char login_page[] =
    "<!DOCTYPE html>\n<html><head><title>Affiliate login</title></head><body>"
    "<form action=\"/login\" method=\"post\"><input name=\"user\"/>"
    "<input name=\"pass\" type=\"password\"/></form></body></html>\n";

void spk_sim_reply_set(struct spk_sim_reply *reply, int status, const char *content_type,
                       const char *text)
{
    reply->status = status;
    reply->content_type = content_type;
    spk_buf_clear(&reply->body);
    spk_buf_append_str(&reply->body, text);
}

bool spk_sim_reply_trouble(struct spk_sim_reply *reply, const struct spk_sim_trouble *trouble)
{
    if (spk_sim_has(trouble, SPK_SIM_SLOW)) {
        reply->delay_ms = (int64_t)(trouble->seconds * 1000);
    }
    reply->cut = spk_sim_has(trouble, SPK_SIM_TRUNCATED);
    if (spk_sim_has(trouble, SPK_SIM_RESET)) {
        reply->reset = true;
        return true;
    }
    if (spk_sim_has(trouble, SPK_SIM_HTTP_429)) {
        spk_sim_reply_set(reply, 429, "text/plain", "Too many requests");
        reply->retry_after = trouble->retry_after;
        return true;
    }
    if (spk_sim_has(trouble, SPK_SIM_HTTP_500)) {
        spk_sim_reply_set(reply, 500, "text/html", "<h1>Server Error</h1>");
        return true;
    }
    if (spk_sim_has(trouble, SPK_SIM_HTML_PAGE)) {
        spk_sim_reply_set(reply, 200, "text/html", login_page);
        return true;
    }
    if (spk_sim_has(trouble, SPK_SIM_UNKNOWN_BODY)) {
        spk_sim_reply_set(reply, 200, "text/html", "Report is being prepared, please come back");
        return true;
    }
    return false;
}

void spk_sim_reply_spoil(struct spk_sim_reply *reply, const struct spk_sim_trouble *trouble)
{
    bool spoil = spk_sim_has(trouble, SPK_SIM_BAD_JSON) || spk_sim_has(trouble, SPK_SIM_BAD_XML);
    if (spoil && reply->body.len > 1) {
        /* A stray control byte and an unclosed mark: broken for JSON and for XML, still whole. */
        memcpy(reply->body.at + reply->body.len / 2, "\x01<", 2);
    }
}
