// Calls: functions, records by their name, `max` and `min`.
#include <fmt/format.h>

#include "compiler/sema/expressions.h"
#include "compiler/sema/names.h"

namespace endcap::sema {
namespace {

constexpr size_t kExtremumValuesMax = 500;  // each is compared in a place of its own

}  // namespace

ExprPtr Expressions::of(const Tree& tree, const ast::CallExpr& node, TypeId hint) {
  const std::string name = node.callee.text();
  if (name == "max") return extremum(tree, node, hint, Operator::Maximum);
  if (name == "min") return extremum(tree, node, hint, Operator::Minimum);
  bool told = false;
  const Symbol* symbol = find_symbol(context_, module_, name, node.callee.span, &told);
  if (symbol && (symbol->kind == SymbolKind::Function || symbol->kind == SymbolKind::Table ||
                 symbol->kind == SymbolKind::Mapping))
    return call_function(tree, node, symbol->index);
  if (symbol && symbol->kind == SymbolKind::Record)
    return make_record(tree, node, context_.named[symbol->index].type, symbol->span);
  if (!told && !(symbol && symbol->kind == SymbolKind::Broken)) {
    const bool advisor = symbol && symbol->kind == SymbolKind::Advisor;
    if (advisor || (symbol && (symbol->kind == SymbolKind::Operation || symbol->kind == SymbolKind::View))) {
      Diagnostic& diagnostic =
          context_.emit(DiagnosticKind::CallIsEffect, tree.span, {name, a_kind(symbol->kind)})
              .label(symbol->span, "declared here");
      if (advisor) diagnostic.note("ask it: `let NAME = ask " + name + "(...) or else ...`");
    } else {
      auto candidates =
          visible_names(context_, module_,
                        {SymbolKind::Function, SymbolKind::Table, SymbolKind::Mapping, SymbolKind::Record});
      candidates.insert(candidates.end(), {"max", "min"});
      with_suggestion(context_.emit(DiagnosticKind::UnknownFunction, node.callee.span, {name}),
                      node.callee.span, name, candidates);
    }
  }
  for (const ast::Argument& argument : node.arguments) check(argument.value);
  return invalid(tree.span);
}

// A tree of comparisons as flat as it can be: a long list of values does not make a deep expression.
ExprPtr Expressions::extremum(const Tree& tree, const ast::CallExpr& node, TypeId hint, Operator op) {
  if (node.arguments.size() < 2) {
    context_.emit(DiagnosticKind::MissingArgument, tree.span, {node.callee.text(), "second", "value"});
    return invalid(tree.span);
  }
  if (node.arguments.size() > kExtremumValuesMax) {
    context_
        .emit(DiagnosticKind::TooManyArguments, tree.span,
              {node.callee.text(), std::to_string(kExtremumValuesMax)})
        .note("of the elements of a list, it is `maximum of` or `minimum of`");
    return invalid(tree.span);
  }
  std::vector<ExprPtr> values(2);
  std::tie(values[0], values[1]) = infer_pair(node.arguments[0].value, node.arguments[1].value, hint);
  for (size_t i = 1; i < node.arguments.size(); ++i) {
    if (i > 1) values.push_back(infer(node.arguments[i].value, values[0]->type));
    if (!comparable(tree.span, values[0], values[i])) return invalid(tree.span);
  }
  while (values.size() > 1) {
    std::vector<ExprPtr> rest;
    for (size_t i = 0; i + 1 < values.size(); i += 2) {
      if (!comparable(tree.span, values[i], values[i + 1])) return invalid(tree.span);
      const TypeId type = values[i]->type;
      rest.push_back(make_operation(tree.span, type, op, std::move(values[i]), std::move(values[i + 1])));
    }
    if (values.size() % 2 == 1) rest.push_back(std::move(values.back()));
    values = std::move(rest);
  }
  return std::move(values[0]);
}

// Gives both one type, or says why that can't be.
bool Expressions::comparable(Span span, ExprPtr& left, ExprPtr& right) {
  if (is_invalid(*left) || is_invalid(*right)) return false;
  if (unanswered(*left) || unanswered(*right)) return false;
  const std::string left_name = context_.type_name(left->type), right_name = context_.type_name(right->type);
  const Kind kind = context_.types.kind(left->type);
  const bool ordered = is_number(kind) || kind == Kind::Date || kind == Kind::Time || kind == Kind::Instant;
  if (ordered && unify(left, right)) return true;
  if (!ordered || !is_invalid(*right))
    context_.emit(DiagnosticKind::NotComparable, span, {left_name, right_name});
  return false;
}

ExprPtr Expressions::call_function(const Tree& tree, const ast::CallExpr& node, uint32_t index) {
  const Function* function = require_function(context_, index, tree.span);
  const FunctionInfo& info = context_.functions[index];
  if (!function) {
    for (const ast::Argument& argument : node.arguments) check(argument.value);
    return invalid(tree.span);
  }
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < function->parameters.size(); ++i) {
    const Local& local = function->locals[function->parameters[i].index];
    parameters.push_back(
        {.name = local.name, .type = local.type, .span = local.span, .local = function->parameters[i]});
  }
  const TypeId result = function->result;
  std::vector<ExprPtr> values =
      arguments(node.callee.text(), tree.span, node.arguments, parameters, info.name->span);
  for (const ExprPtr& value : values) {
    if (is_invalid(*value)) return invalid(tree.span);
  }
  return make_expr(tree.span, result, CallFunction{FunctionId(index), std::move(values)});
}

ExprPtr Expressions::make_record(const Tree& tree, const ast::CallExpr& node, TypeId record, Span declared) {
  std::vector<Parameter> parameters;
  for (const abi::Field& field : context_.types[record].fields)
    parameters.push_back({.name = field.name, .type = field.type, .span = declared});
  std::vector<ExprPtr> values =
      arguments(node.callee.text(), tree.span, node.arguments, parameters, declared);
  for (const ExprPtr& value : values) {
    if (is_invalid(*value)) return invalid(tree.span);
  }
  return make_expr(tree.span, record, MakeRecord{std::move(values)});
}

}  // namespace endcap::sema
