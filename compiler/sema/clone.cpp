// Copies of typed expressions, and what is inside them. Copied are: an operation's body at a call, a value
// compared twice, a function inside a policy.
#include "compiler/sema/expressions.h"

namespace endcap::sema {
namespace {

using Substitute = std::function<ExprPtr(const Expr&)>;
using Rename = std::function<LocalId(LocalId)>;
using ExprNode = decltype(Expr::node);

struct NodeCopier {
  const Substitute& substitute;
  const Rename& rename;

  ExprPtr copy(const ExprPtr& value) const { return value ? clone(*value, substitute, rename) : nullptr; }
  std::vector<ExprPtr> copy(const std::vector<ExprPtr>& values) const {
    std::vector<ExprPtr> copies;
    copies.reserve(values.size());
    for (const ExprPtr& value : values) copies.push_back(copy(value));
    return copies;
  }

  template <typename Leaf>
  ExprNode operator()(const Leaf& leaf) const {
    return leaf;
  }
  LocalId named(LocalId local) const { return local.valid() && rename ? rename(local) : local; }

  ExprNode operator()(const LocalRef& node) const { return LocalRef{named(node.local)}; }
  ExprNode operator()(const FieldOf& node) const { return FieldOf{copy(node.record), node.field}; }
  ExprNode operator()(const MakeRecord& node) const { return MakeRecord{copy(node.fields)}; }
  ExprNode operator()(const MakeList& node) const { return MakeList{copy(node.elements)}; }
  ExprNode operator()(const MakeOptional& node) const { return MakeOptional{copy(node.value)}; }
  ExprNode operator()(const CallFunction& node) const {
    return CallFunction{node.function, copy(node.arguments)};
  }
  ExprNode operator()(const Operation& node) const {
    return Operation{node.op,       copy(node.operands), node.rounding,
                     node.calendar, node.convention,     named(node.variable)};
  }
};

}  // namespace

ExprPtr clone(const Expr& expr, const Substitute& substitute, const Rename& rename) {
  if (substitute) {
    if (ExprPtr replaced = substitute(expr)) return replaced;
  }
  auto copy = std::make_unique<Expr>();
  copy->span = expr.span;
  copy->type = expr.type;
  copy->trust = expr.trust;
  copy->node = std::visit(NodeCopier{substitute, rename}, expr.node);
  return copy;
}

void visit_parts(const Expr& expr, const std::function<void(const Expr&)>& visit) {
  const auto one = [&](const ExprPtr& part) {
    if (part) visit(*part);
  };
  const auto all = [&](const std::vector<ExprPtr>& parts) {
    for (const ExprPtr& part : parts) one(part);
  };
  if (const auto* field = std::get_if<FieldOf>(&expr.node)) one(field->record);
  if (const auto* record = std::get_if<MakeRecord>(&expr.node)) all(record->fields);
  if (const auto* list = std::get_if<MakeList>(&expr.node)) all(list->elements);
  if (const auto* optional = std::get_if<MakeOptional>(&expr.node)) one(optional->value);
  if (const auto* call = std::get_if<CallFunction>(&expr.node)) all(call->arguments);
  if (const auto* operation = std::get_if<Operation>(&expr.node)) all(operation->operands);
}

ExprPtr make_operation(Span span, TypeId type, Operator op, ExprPtr a, ExprPtr b) {
  Operation operation{.op = op};
  operation.operands.push_back(std::move(a));
  if (b) operation.operands.push_back(std::move(b));
  return make_expr(span, type, std::move(operation));
}

}  // namespace endcap::sema
