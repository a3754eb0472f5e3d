// An undo under its proposal's policy: nobody is asked again before it is written.
#include <algorithm>
#include <map>

#include "compiler/sema/policies.h"

namespace endcap::sema {
namespace {

// Surely the same value. Expressions are pure and names assigned once, so equal text is enough; what an
// aggregate calls its element does not matter.
class SameValue {
 public:
  bool same(const ExprPtr& a, const ExprPtr& b);

 private:
  bool same(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
    return std::ranges::equal(a, b, [this](const ExprPtr& x, const ExprPtr& y) { return same(x, y); });
  }

  bool same_node(const LocalRef& a, const LocalRef& b) {
    const auto element = elements_.find(a.local);
    return (element == elements_.end() ? a.local : element->second) == b.local;
  }
  bool same_node(const Literal& a, const Literal& b) { return a.cell == b.cell; }
  bool same_node(const TextLiteral& a, const TextLiteral& b) { return a.text == b.text; }
  bool same_node(const FieldOf& a, const FieldOf& b) {
    return a.field == b.field && same(a.record, b.record);
  }
  bool same_node(const MakeOptional& a, const MakeOptional& b) { return same(a.value, b.value); }
  bool same_node(const MakeRecord& a, const MakeRecord& b) { return same(a.fields, b.fields); }
  bool same_node(const MakeList& a, const MakeList& b) { return same(a.elements, b.elements); }
  bool same_node(const CallFunction& a, const CallFunction& b) {
    return a.function == b.function && same(a.arguments, b.arguments);
  }
  bool same_node(const Operation& a, const Operation& b) {
    if (a.op != b.op || a.rounding != b.rounding || a.calendar != b.calendar ||
        a.convention != b.convention || a.variable.valid() != b.variable.valid())
      return false;
    if (a.variable.valid()) elements_[a.variable] = b.variable;
    return same(a.operands, b.operands);
  }
  bool same_node(const RatioLiteral& a, const RatioLiteral& b) {
    return a.numerator == b.numerator && a.denominator == b.denominator;
  }
  bool same_node(const Invalid&, const Invalid&) { return false; }

  std::map<LocalId, LocalId> elements_;  // of aggregates: what the other one calls it
};

bool SameValue::same(const ExprPtr& a, const ExprPtr& b) {
  if (!a || !b) return a == b;
  if (a->type != b->type || a->node.index() != b->node.index()) return false;
  return std::visit(
      [&](const auto& node) {
        return same_node(node, std::get<std::remove_cvref_t<decltype(node)>>(b->node));
      },
      a->node);
}

}  // namespace

bool check_undo(Context& context, const Propose& propose, const std::vector<ExprPtr>& undo_arguments,
                Span span) {
  const OperationInfo& undo = context.operations[*propose.undo];
  const std::string& name = context.program.abi.operations[*propose.undo].name;
  const std::string& policy = context.program.policies[propose.policy.index].name;
  if (!undo.policy) {
    context.emit(DiagnosticKind::UngovernedWrite, span, {name})
        .label(undo.tree->name.span, "declared here as a write")
        .note("an undo is a write: name it in the `governs` of policy " + policy);
    return false;
  }
  if (*undo.policy != propose.policy) {
    context
        .emit(DiagnosticKind::UndoOtherPolicy, span,
              {name, context.program.policies[undo.policy->index].name, policy})
        .label(undo.governed_by.front().span, "governed here")
        .note("whoever grants the write grants its undo: let the same policies govern both");
    return false;
  }
  const ExprPtr facts = facts_of(context, propose.policy, undo, undo_arguments, span);
  if (is_invalid(*facts)) return false;
  const auto& own = std::get<MakeRecord>(propose.facts->node).fields;
  const auto& taken = std::get<MakeRecord>(facts->node).fields;
  for (size_t i = 0; i < own.size(); ++i) {
    if (SameValue().same(own[i], taken[i])) continue;
    context
        .emit(DiagnosticKind::UndoOtherFacts, span,
              {policy, context.types[propose.facts->type].fields[i].name})
        .label(own[i]->span, "the write is given this")
        .note("the policy decides once, for the write and its undo: give both the same");
    return false;
  }
  return true;
}

}  // namespace endcap::sema
