#include "source/exchange.h"
#include "template/template.h"

/* Response headers as templates see them: names in any case; `link` is the parsed Link header. */

static struct spk_view unquote(struct spk_view text)
{
    text = spk_view_trim(text);
    if (text.len >= 2 && (text.at[0] == '"' || text.at[0] == '\'') &&
        text.at[text.len - 1] == text.at[0])
        return spk_view_slice(text, 1, text.len - 1);
    return text;
}

/* <url>; rel="next"; title=x */
static void parse_link(struct spk_arena *arena, struct spk_view link, struct spk_value links)
{
    struct spk_value one = spk_dict_new(arena);
    struct spk_view rest = link;
    struct spk_view url = spk_view_trim(spk_view_cut(&rest, ';'));
    if (url.len >= 2 && url.at[0] == '<' && url.at[url.len - 1] == '>')
        url = spk_view_slice(url, 1, url.len - 1);
    spk_set(one, "url", spk_string(url));
    struct spk_view key = url;
    while (rest.at) {
        struct spk_view value = spk_view_cut(&rest, ';');
        struct spk_view name = spk_view_trim(spk_view_cut(&value, '='));
        if (!value.at)
            continue;
        spk_dict_set(one, spk_arena_dup(arena, name), spk_string(unquote(value)));
        if (spk_view_is(name, "rel"))
            key = unquote(value);
    }
    spk_dict_set(links, spk_arena_dup(arena, key), one);
}

/* Commas inside <...> or quotes do not separate links. */
static struct spk_value parse_links(struct spk_arena *arena, struct spk_view header)
{
    struct spk_value links = spk_dict_new(arena);
    size_t from = 0;
    bool quoted = false, bracket = false;
    for (size_t i = 0; i <= header.len; i++) {
        char c = i < header.len ? header.at[i] : ',';
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>'))
            bracket = c == '<';
        bool end = i == header.len || (c == ',' && !quoted && !bracket);
        if (!end)
            continue;
        struct spk_view link = spk_view_trim(spk_view_slice(header, from, i));
        if (link.len > 0)
            parse_link(arena, link, links);
        from = i + 1;
    }
    return links;
}

struct spk_value spk_headers_value(struct spk_arena *arena, struct spk_value headers)
{
    struct spk_value link = spk_get(headers, "link");
    spk_set(headers, "link",
            spk_is(link, SPK_STRING) ? parse_links(arena, link.text) : spk_dict_new(arena));
    return spk_template_object(arena, headers, spk_dict_new(arena), true);
}
