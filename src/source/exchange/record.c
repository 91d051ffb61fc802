#include <stdio.h>

#include "source/exchange.h"

struct spk_value spk_record_tree(struct spk_record *record)
{
    if (!spk_is_defined(record->tree) && record->node.at)
        record->tree = spk_json_node_value_borrowed(record->arena, record->node);
    return record->tree;
}

struct spk_value spk_record_change(struct spk_record *record)
{
    struct spk_value tree = spk_record_tree(record);
    record->text = (struct spk_view){0};
    record->node.at = NULL;
    return tree;
}

void spk_record_replace(struct spk_record *record, struct spk_value tree)
{
    record->text = (struct spk_view){0};
    record->node.at = NULL;
    record->tree = tree;
}

void spk_evidence_prove_empty(struct spk_evidence *evidence, const char *format, ...)
{
    va_list args;
    if (!evidence)
        return;
    va_start(args, format);
    evidence->empty_proven = true;
    vsnprintf(evidence->proof, sizeof(evidence->proof), format, args);
    va_end(args);
}
