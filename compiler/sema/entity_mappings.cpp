// `mapping ListingOf from Promotion to shop.Listings { sku: it.article ... }`: a function of `it` that gives
// the properties of an entity of another system, complete, and each as the schema wants it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/expressions.h"
#include "compiler/sema/mappings.h"
#include "compiler/sema/schema_bounds.h"
#include "compiler/sema/schema_fit.h"
#include "compiler/sema/systems.h"

namespace endcap::sema {
namespace {

class EntityMappingChecker {
 public:
  EntityMappingChecker(Context& context, uint32_t index)
      : context_(context),
        index_(index),
        tree_(*context.functions[index].mapping),
        target_(*tree_.entity),
        module_(context.functions[index].module),
        scope_(context, function_.locals),
        expressions_(context, module_, scope_) {}

  Function run() {
    function_.name = tree_.name.text;
    function_.span = tree_.name.span;
    const TypeId from = mapped_from(context_, module_, tree_);
    function_.parameters.push_back(scope_.declare({"it", tree_.from->span}, from));
    find_entity();
    sound_ = entity_ && from != abi::kNoType;
    for (const ast::FieldAssign& field : target_.fields) give(field);
    if (entity_) {
      no_unit_twice();
      require_all();
    }
    if (!sound_) {
      function_.body = invalid(tree_.name.span);
      return std::move(function_);
    }
    function_.result = context_.types.record(tree_.name.text, std::move(record_));
    function_.body = make_expr(tree_.name.span, function_.result, std::move(values_));
    context_.functions[index_].entity = std::move(made_);
    return std::move(function_);
  }

 private:
  void find_entity() {
    made_.system = require_system(context_, module_, target_.system);
    if (!made_.system || !made_.system->schema) return;
    schema_ = &*made_.system->schema;
    made_.set = schema_->find_set(target_.set.text);
    if (!made_.set) {
      std::vector<std::string> known;
      for (const schema::EntitySet& other : schema_->sets) known.push_back(other.name);
      with_suggestion(context_.emit(DiagnosticKind::UnknownEntity, target_.set.span,
                                    {made_.system->name, target_.set.text}),
                      target_.set.span, target_.set.text, known);
      return;
    }
    entity_ = schema_->find_type(made_.set->entity_type);
  }

  void give(const ast::FieldAssign& assign) {
    const auto [first, fresh] = given_.try_emplace(assign.field.text, assign.field.span);
    if (!fresh) {
      context_.emit(DiagnosticKind::DuplicateName, assign.field.span, {assign.field.text})
          .label(first->second, "given here first");
      sound_ = false;
      return;
    }
    const schema::Property* property = find(assign.field);
    ExprPtr value = property            ? checked(assign, field_of(*schema_, *entity_, *property))
                    : is_absent(assign) ? invalid(assign.span)
                                        : expressions_.check(assign.value);
    if (!property || is_invalid(*value)) {
      sound_ = false;
      return;
    }
    const SchemaField field = field_of(*schema_, *entity_, *property);
    abi::WireField wire = wire_field(field, assign.unit_field ? &*assign.unit_field : nullptr, false);
    record_.push_back({.name = wire.name, .type = value->type});
    value = within_field(context_, expressions_, std::move(value), field);
    sound_ = sound_ && !is_invalid(*value);
    made_.fields.push_back(std::move(wire));
    values_.fields.push_back(std::move(value));
  }

  const schema::Property* find(const ast::Name& name) {
    if (!entity_) return nullptr;
    const schema::Property* property = schema_->find_property(*entity_, name.text);
    if (!property) {
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownProperty, name.span, {target_.set.text, name.text}), name.span,
          name.text, property_names(*schema_, *entity_))
          .label(entity_->span, "its properties stand here");
    } else if (!property->creatable) {
      context_.emit(DiagnosticKind::PropertyNotWritable, name.span, {name.text, "given when it is created"})
          .label(property->span, "the schema says so");
      return nullptr;
    }
    return property;
  }

  static bool is_absent(const ast::FieldAssign& assign) {
    return assign.value && std::holds_alternative<ast::AbsentLit>(assign.value->node);
  }

  // The value, when it fits.
  ExprPtr checked(const ast::FieldAssign& assign, const SchemaField& field) {
    if (is_absent(assign)) return absent(assign, field);
    const bool number = assign.value && std::holds_alternative<ast::NumberLit>(assign.value->node);
    scope_.offer(unit_read_as_list(assign));
    ExprPtr value = expressions_.check(assign.value, number ? natural_type(context_, field) : abi::kNoType);
    scope_.offer({});
    if (is_invalid(*value)) return value;
    const bool amount = context_.types.is(context_.types.inside(value->type), Kind::Money) ||
                        context_.types.is(context_.types.inside(value->type), Kind::Quantity);
    if (amount && !assign.unit_field) without_unit_.push_back(assign.field.text);
    const bool fits =
        check_written(context_, value->type, field, assign, *schema_, entity_, target_.set.text, value->span);
    return fits ? std::move(value) : invalid(value->span);
  }

  ExprPtr absent(const ast::FieldAssign& assign, const SchemaField& field) {
    if (assign.unit_field) {
      context_.emit(DiagnosticKind::UnitUnexpected, assign.unit_field->span, {"what is absent"});
      return invalid(assign.value->span);
    }
    if (!field.nullable) {
      context_.emit(DiagnosticKind::PropertyAbsent, assign.value->span, {assign.field.text, target_.set.text})
          .label(field.span, "the schema says so");
      return invalid(assign.value->span);
    }
    return make_expr(assign.value->span, absent_type(context_, field), MakeOptional{});
  }

  // What stands behind `in` is given with its amount.
  void no_unit_twice() {
    for (const ast::FieldAssign& assign : target_.fields) {
      if (!assign.unit_field || !units_.insert(assign.unit_field->text).second) continue;
      const auto given = given_.find(assign.unit_field->text);
      if (given == given_.end()) continue;
      context_.emit(DiagnosticKind::DuplicateName, given->second, {given->first})
          .label(assign.unit_field->span, fmt::format("given with `{}`", assign.field.text));
      sound_ = false;
    }
  }

  void require_all() {
    std::vector<std::string> missing, nullable;
    for (const std::string& name : property_names(*schema_, *entity_)) {
      const schema::Property& property = *schema_->find_property(*entity_, name);
      if (given_.contains(name) || units_.contains(name) || can_be_left_out(property)) continue;
      missing.push_back(fmt::format("`{}`", name));
      if (property.nullable) nullable.push_back(name);
    }
    if (missing.empty()) return;
    sound_ = false;
    auto& diagnostic = context_.emit(DiagnosticKind::MappingIncomplete, tree_.name.span,
                                     {tree_.name.text, fmt::format("{}", fmt::join(missing, ", ")),
                                      target_.system.text + "." + target_.set.text});
    diagnostic.label(entity_->span, "its properties stand here");
    if (!without_unit_.empty()) {
      diagnostic.note(
          fmt::format("`{0}` is an amount: where one of these carries its unit, write `{0}: ... in "
                      "PROPERTY`; absent, it is sent without",
                      without_unit_.front()));
      return;
    }
    if (nullable.empty()) return;
    std::string added;
    for (const std::string& name : nullable) added += fmt::format("  {}: absent\n", name);
    const uint32_t end = target_.body.end - 1;  // in front of its brace
    diagnostic.note("what is left out is said: `PROPERTY: absent`")
        .suggest({{target_.body.source, end, end},
                  added,
                  nullable.size() == 1 ? "say that it is absent" : "say that they are absent",
                  false});
  }

  // What the system gives itself, and what the language has no values for.
  bool can_be_left_out(const schema::Property& property) const {
    const bool in_key = std::ranges::find(entity_->key, property.name) != entity_->key.end();
    return !property.creatable || (in_key && property.default_value) ||
           !is_single(field_of(*schema_, *entity_, property));
  }

  Context& context_;
  uint32_t index_;
  const ast::MappingDecl& tree_;
  const ast::MappingDecl::Entity& target_;
  uint32_t module_;
  Function function_;
  Scope scope_;
  Expressions expressions_;
  const schema::Schema* schema_ = nullptr;
  const schema::EntityType* entity_ = nullptr;
  MappedEntity made_;
  MakeRecord values_;
  std::vector<abi::Field> record_;
  std::map<std::string, Span> given_;
  std::set<std::string> units_;
  std::vector<std::string> without_unit_;  // amounts that are given without one
  bool sound_ = true;
};

}  // namespace

void check_entity_mapping(Context& context, uint32_t index) {
  Function function = EntityMappingChecker(context, index).run();
  context.program.functions[index] = std::move(function);
}

}  // namespace endcap::sema
