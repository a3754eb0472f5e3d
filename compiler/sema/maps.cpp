// Maps: `map of x.id to x.units for each x in xs`, and what is looked up in them: `units[store.id]`. A map is
// the list of its entries, in the order of their keys.
#include "compiler/sema/expressions.h"

namespace endcap::sema {

// A key or a value of an entry.
ExprPtr Expressions::part_of_map(const ast::ExprPtr& tree, const char* part, TypeId expected) {
  ExprPtr value = check(tree, expected);
  if (is_invalid(*value) || unanswered(*value)) return invalid(value->span);
  const bool fits = std::string_view(part) == "key" ? context_.types.is_key(value->type)
                                                    : context_.types.is_kept_in_map(value->type);
  if (fits) return value;
  context_.emit(DiagnosticKind::MapPart, value->span, {context_.type_name(value->type), part});
  return invalid(value->span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::MapExpr& node, TypeId hint) {
  ExprPtr list = infer(node.list, abi::kNoType);
  if (is_invalid(*list) || unanswered(*list)) return invalid(tree.span);
  if (!context_.types.is(list->type, Kind::List)) {
    context_.emit(DiagnosticKind::NotAList, list->span, {context_.type_name(list->type)});
    return invalid(tree.span);
  }
  const TypeId element = context_.types[list->type].element;
  if (node.where) {
    list = filtered(std::move(list), node.variable, node.where);
    if (is_invalid(*list)) return invalid(tree.span);
  }
  Operation operation{.op = Operator::MakeMap};
  scope_.open("the map");
  operation.variable = scope_.declare(node.variable, element);
  std::vector<TypeId> wanted{abi::kNoType, abi::kNoType};
  if (hint != abi::kNoType && context_.types.is_map(hint)) {
    for (size_t i = 0; i < 2; ++i) wanted[i] = context_.types[context_.types[hint].element].fields[i].type;
  }
  ExprPtr key = part_of_map(node.key, "key", wanted[0]);
  ExprPtr value = part_of_map(node.value, "value", wanted[1]);
  scope_.close();
  if (is_invalid(*key) || is_invalid(*value)) return invalid(tree.span);
  const TypeId type = context_.types.map_of(key->type, value->type);
  operation.operands.push_back(std::move(list));
  operation.operands.push_back(std::move(key));
  operation.operands.push_back(std::move(value));
  return make_expr(tree.span, type, std::move(operation));
}

ExprPtr Expressions::of(const Tree& tree, const ast::LookupExpr& node, TypeId) {
  ExprPtr map = infer(node.map, abi::kNoType);
  if (is_invalid(*map) || unanswered(*map)) {
    check(node.key);
    return invalid(tree.span);
  }
  if (!context_.types.is_map(map->type)) {
    auto& diagnostic = context_.emit(DiagnosticKind::NotAMap, map->span, {context_.type_name(map->type)});
    if (context_.types.is(map->type, Kind::List))
      diagnostic.note("of a list, ask for the first: `first of x for each x in ... where ...`");
    check(node.key);
    return invalid(tree.span);
  }
  const std::vector<abi::Field> entry = context_.types[context_.types[map->type].element].fields;
  ExprPtr key = check(node.key, entry[0].type, {map->span, "its keys are that"});
  if (is_invalid(*key)) return invalid(tree.span);
  Operation operation{.op = Operator::Lookup};
  operation.operands.push_back(std::move(map));
  operation.operands.push_back(std::move(key));
  return make_expr(tree.span, context_.types.optional(entry[1].type), std::move(operation));
}

}  // namespace endcap::sema
