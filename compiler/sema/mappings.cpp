// `mapping LineOf from Promotion to Line { title: it.name ... }`: complete, and each value fits its field.
#include "compiler/sema/mappings.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/expressions.h"
#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"

namespace endcap::sema {
namespace {

class MappingChecker {
 public:
  MappingChecker(Context& context, uint32_t index)
      : context_(context),
        tree_(*context.functions[index].mapping),
        module_(context.functions[index].module),
        scope_(context, function_.locals),
        expressions_(context, module_, scope_) {}

  Function run() {
    function_.name = tree_.name.text;
    function_.span = tree_.name.span;
    const TypeId from = mapped_from(context_, module_, tree_);
    function_.parameters.push_back(scope_.declare({"it", tree_.from->span}, from));
    const TypeId to = resolve_type(context_, module_, tree_.to.get());
    const bool made = to != abi::kNoType && is_record(to);
    MakeRecord record;
    if (made) record.fields.resize(context_.types[to].fields.size());
    bool sound = made && from != abi::kNoType;
    for (const ast::MappingDecl::Field& field : tree_.fields) sound = give(field, to, made, record) && sound;
    if (made) sound = require_all(to, record) && sound;
    function_.body = sound ? make_expr(tree_.name.span, to, std::move(record)) : invalid(tree_.name.span);
    if (sound) function_.result = to;
    return std::move(function_);
  }

 private:
  bool is_record(TypeId to) {
    const bool record = context_.types.is(to, Kind::Record);
    const bool entity = record && context_.view_of(to).has_value();
    if (record && !entity) return true;
    context_.emit(DiagnosticKind::MappingTarget, tree_.to->span, {tree_.name.text, context_.type_name(to)})
        .note(entity ? "an entity comes from its system and is never made: declare a record of what is needed"
                     : "declare a record of what is needed");
    return false;
  }

  bool give(const ast::MappingDecl::Field& field, TypeId to, bool made, MakeRecord& record) {
    if (!made) {
      expressions_.check(field.value);
      return false;
    }
    const std::string type = context_.type_name(to);
    std::vector<std::string> names;
    for (const abi::Field& each : context_.types[to].fields) names.push_back(each.name);
    const auto found = std::ranges::find(names, field.name.text);
    if (found == names.end()) {
      expressions_.check(field.value);
      with_suggestion(context_.emit(DiagnosticKind::UnknownField, field.name.span, {type, field.name.text}),
                      field.name.span, field.name.text, names);
      return false;
    }
    const auto at = static_cast<size_t>(found - names.begin());
    if (record.fields[at]) {
      context_.emit(DiagnosticKind::DuplicateName, field.name.span, {field.name.text})
          .label(record.fields[at]->span, "given here first");
      return false;
    }
    const TypeId wanted = context_.types[to].fields[at].type;
    record.fields[at] = expressions_.check(field.value, wanted,
                                           {field.name.span, fmt::format("`{}` of {} is {}", field.name.text,
                                                                         type, context_.type_name(wanted))});
    return !is_invalid(*record.fields[at]);
  }

  bool require_all(TypeId to, const MakeRecord& record) {
    std::vector<std::string> missing;
    bool optional = false;
    for (size_t i = 0; i < record.fields.size(); ++i) {
      if (record.fields[i]) continue;
      const abi::Field& field = context_.types[to].fields[i];
      missing.push_back(fmt::format("`{}`", field.name));
      optional = optional || context_.types.is(field.type, Kind::Optional);
    }
    if (missing.empty()) return true;
    auto& diagnostic =
        context_.emit(DiagnosticKind::MappingIncomplete, tree_.name.span,
                      {tree_.name.text, fmt::format("{}", fmt::join(missing, ", ")), context_.type_name(to)});
    if (optional) diagnostic.note("what is left out is said: `FIELD: absent`");
    return false;
  }

  Context& context_;
  const ast::MappingDecl& tree_;
  uint32_t module_;
  Function function_;
  Scope scope_;
  Expressions expressions_;
};

}  // namespace

// An event is mapped by what it brings.
TypeId mapped_from(Context& context, uint32_t module, const ast::MappingDecl& tree) {
  if (tree.from->form == ast::TypeRef::Form::Named && tree.from->angle.empty() &&
      tree.from->parameters.empty()) {
    bool told = false;
    const Symbol* symbol = find_symbol(context, module, tree.from->name.text, tree.from->name.span, &told);
    if (told) return abi::kNoType;
    if (symbol && symbol->kind == SymbolKind::Event) return context.program.abi.events[symbol->index].record;
  }
  return resolve_type(context, module, tree.from.get());
}

void check_mapping(Context& context, uint32_t index) {
  if (context.functions[index].mapping->entity) return check_entity_mapping(context, index);
  Function function = MappingChecker(context, index).run();
  context.program.functions[index] = std::move(function);
}

}  // namespace endcap::sema
