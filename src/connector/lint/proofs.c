#include "lint_internal.h"

/*
 * Streams whose empty answer proves nothing: neither the extractor nor the error handler tells "no
 * data" from an error page or a cut answer. A whole read of a day must not be empty by accident.
 */

/* Components that can prove it; of error handlers those that name what "no data" looks like. */
static const char *const provers[] = {"JsonRecordExtractor", "XmlRecordExtractor",
                                      "HeaderedRowsExtractor", "BodyRuleErrorHandler", NULL};

static void note_prover(struct spk_lint *lint, struct spk_value component, void *context)
{
    struct spk_view type = spk_lint_type(component);
    for (size_t i = 0; provers[i]; i++)
        *(bool *)context = *(bool *)context || spk_view_is(type, provers[i]);
}

static void check_stream(struct spk_lint *lint, struct spk_value component, void *context)
{
    struct spk_value retriever = spk_get(component, "retriever");
    bool proven = false;
    if (!spk_view_is(spk_lint_type(component), "DeclarativeStream"))
        return;
    spk_lint_each(lint, spk_get(retriever, "record_selector"), note_prover, &proven);
    spk_lint_each(lint, spk_get(spk_get(retriever, "requester"), "error_handler"), note_prover,
                  &proven);
    if (!proven)
        spk_lint_find(lint, component,
                      "stream %.*s: an empty answer is not proven to mean \"no data\"; use an "
                      "extractor that proves it (JsonRecordExtractor, XmlRecordExtractor, "
                      "HeaderedRowsExtractor) or a BodyRuleErrorHandler",
                      SPK_FMT(spk_value_text_or(spk_get(component, "name"), "?")));
}

spk_rc spk_lint_proofs(struct spk_lint *lint, struct spk_error *err)
{
    return spk_lint_each_component(lint, check_stream, NULL, err);
}
