// Names and fields as values.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/expressions.h"
#include "compiler/sema/names.h"

namespace endcap::sema {

std::string source_name(const ast::Expr& tree) {
  if (const auto* name = std::get_if<ast::NameExpr>(&tree.node)) return name->name.text;
  if (const auto* field = std::get_if<ast::FieldExpr>(&tree.node)) {
    const std::string object = field->object ? source_name(*field->object) : "";
    return object.empty() ? "" : object + "." + field->field.text;
  }
  return "";
}

void Expressions::unknown_name(const ast::Name& name) {
  if (name.text.empty()) return;
  if (const std::string* remedy = scope_.remedy(name.text)) {
    context_.emit(DiagnosticKind::UnknownName, name.span, {name.text}).note(*remedy);
    return;
  }
  if (const std::string* left = scope_.left(name.text)) {
    context_.emit(DiagnosticKind::OutOfScope, name.span, {name.text, *left})
        .note(
            left->starts_with("branch ")
                ? "what a branch finds stays in it: what needs it goes on inside the branch"
                : "only names bound by `as` and `collect` leave a step; a `let` that is needed later stands "
                  "before it");
    return;
  }
  bool told = false;
  const Symbol* symbol = find_symbol(context_, module_, name.text, name.span, &told);
  if (told || (symbol && symbol->kind == SymbolKind::Broken)) return;
  if (symbol) {
    context_.emit(DiagnosticKind::NotAValue, name.span, {name.text, a_kind(symbol->kind)})
        .label(symbol->span, "declared here");
    return;
  }
  auto candidates = scope_.names();
  std::ranges::copy(visible_names(context_, module_,
                                  {SymbolKind::Enum, SymbolKind::Function, SymbolKind::Table,
                                   SymbolKind::Mapping, SymbolKind::Record}),
                    std::back_inserter(candidates));
  Diagnostic& diagnostic = context_.emit(DiagnosticKind::UnknownName, name.span, {name.text});
  // What other languages call it.
  static const std::map<std::string, std::string> kElsewhere{
      {"true", "yes"}, {"false", "no"}, {"null", "absent"}, {"nil", "absent"}, {"none", "absent"}};
  if (const auto known = kElsewhere.find(name.text); known != kElsewhere.end()) {
    diagnostic.note("write `" + known->second + "`")
        .suggest({name.span, known->second, "write `" + known->second + "`", known->second != "absent"});
    return;
  }
  with_suggestion(diagnostic, name.span, name.text, candidates);
}

ExprPtr Expressions::of(const Tree& tree, const ast::NameExpr& node, TypeId hint) {
  if (const auto local = scope_.find(node.name.text)) {
    const TypeId type = scope_[*local].type;
    if (context_.types.is(type, Kind::Proposal) || context_.types.is(type, Kind::Grant)) {
      context_.emit(DiagnosticKind::NotForUse, tree.span, {node.name.text, context_.type_name(type)})
          .label(scope_[*local].span, "it comes from here");
      return invalid(tree.span);
    }
    if (mention) mention(*local, tree.span);
    return make_expr(tree.span, scope_[*local].type, LocalRef{*local});
  }
  // A value of the enum that is expected may stand alone.
  if (context_.types.is(hint, Kind::Enum)) {
    const auto& values = context_.types[hint].values;
    const auto found = std::ranges::find(values, node.name.text);
    if (found != values.end()) return make_expr(tree.span, hint, Literal{{found - values.begin()}});
    if (!find_symbol(context_, module_, node.name.text, node.name.span)) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownEnumValue, tree.span,
                                    {context_.type_name(hint), node.name.text}),
                      tree.span, node.name.text, values);
      return invalid(tree.span);
    }
  }
  unknown_name(node.name);
  return invalid(tree.span);
}

// `Priority.high`
ExprPtr Expressions::enum_value(const Tree& tree, const ast::FieldExpr& node, bool& is_enum) {
  const auto* name = node.object ? std::get_if<ast::NameExpr>(&node.object->node) : nullptr;
  is_enum = false;
  if (!name || scope_.find(name->name.text)) return nullptr;
  const Symbol* symbol = find_symbol(context_, module_, name->name.text, name->name.span);
  if (!symbol || symbol->kind != SymbolKind::Enum) return nullptr;
  is_enum = true;
  const TypeId type = context_.named[symbol->index].type;
  const auto& values = context_.types[type].values;
  const auto found = std::ranges::find(values, node.field.text);
  if (found != values.end()) return make_expr(tree.span, type, Literal{{found - values.begin()}});
  with_suggestion(
      context_.emit(DiagnosticKind::UnknownEnumValue, node.field.span, {symbol->name, node.field.text}),
      node.field.span, node.field.text, values)
      .label(symbol->span, "declared here");
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::FieldExpr& node, TypeId) {
  bool is_enum = false;
  if (ExprPtr value = enum_value(tree, node, is_enum); is_enum) return value;
  ExprPtr object = infer(node.object, abi::kNoType);
  if (is_invalid(*object) || node.field.text.empty()) return invalid(tree.span);
  const TypeId type = object->type;
  if (unanswered(*object)) return invalid(tree.span);
  if (!context_.types.is(type, Kind::Record)) {
    context_.emit(DiagnosticKind::NoFields, node.field.span, {context_.type_name(type), node.field.text});
    return invalid(tree.span);
  }
  const auto& fields = context_.types[type].fields;
  const auto field = std::ranges::find(fields, node.field.text, &abi::Field::name);
  if (field != fields.end()) {
    const TypeId field_type = field->type;
    const auto index = static_cast<uint32_t>(field - fields.begin());
    return make_expr(tree.span, field_type, FieldOf{std::move(object), index});
  }
  const auto view = context_.view_of(type);
  if (view && context_.views[*view].navigations.contains(node.field.text)) {
    context_.emit(DiagnosticKind::NavigationIsRead, tree.span, {node.field.text, context_.type_name(type)})
        .note("what it leads to is read, not carried along: `let " + node.field.text + " = read " +
              source_name(tree) + "`");
    return invalid(tree.span);
  }
  std::vector<std::string> names;
  for (const abi::Field& known : fields) names.push_back(known.name);
  auto& diagnostic = context_.emit(DiagnosticKind::UnknownField, node.field.span,
                                   {context_.type_name(type), node.field.text});
  if (view) diagnostic.label(context_.views[*view].tree->name.span, "the view is declared here");
  with_suggestion(diagnostic, node.field.span, node.field.text, names);
  return invalid(tree.span);
}

}  // namespace endcap::sema
