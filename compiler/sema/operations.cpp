// Operations: what the business calls them, what they are in the schema, and what is promised about them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/expressions.h"
#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/schema_bounds.h"
#include "compiler/sema/schema_fit.h"
#include "compiler/sema/systems.h"
#include "compiler/sema/written_time.h"

namespace endcap::sema {
namespace {

using Class = ast::OperationDecl::Class;
using Form = ast::OperationDecl::Form;

// Characters of an idempotency key, as the engine makes them: 16 bytes in hexadecimal.
constexpr uint32_t kCallKeyLength = 32;

constexpr uint32_t kBatchMax = 1000;  // what SAP Gateway takes in one changeset, and more than most others do

// ---------------------------------------------------------------- signatures and clauses

class SignatureDescriber {
 public:
  SignatureDescriber(Context& context, uint32_t index)
      : context_(context),
        index_(index),
        module_(context.operations[index].module),
        tree_(*context.operations[index].tree),
        name_(tree_.name.text()) {}

  void run() {
    parameters();
    result();
    operation_class();
    strategy();
    owner();
    limit();
    batch();
    rejections();
    fresh();
    context_.program.operation_classes.at(index_) =
        data_class_of(context_, tree_.data_class).value_or(DataClass::Internal);
  }

 private:
  abi::Operation& out() { return context_.program.abi.operations[index_]; }
  OperationInfo& info() { return context_.operations[index_]; }

  void parameters() {
    std::vector<Parameter> parameters;
    for (const ast::Parameter& parameter : tree_.parameters) {
      const TypeId type =
          resolve_stored_type(context_, module_, parameter.type.get(), "an operation's payload");
      parameters.push_back({.name = parameter.name.text, .type = type, .span = parameter.name.span});
    }
    info().parameters = std::move(parameters);
  }

  void result() {
    if (!tree_.result) return;
    const TypeId type = resolve_type(context_, module_, tree_.result.get());
    if (type == abi::kNoType) return;
    const bool many = context_.types.is(type, Kind::List);
    const auto view = context_.view_of(many ? context_.types[type].element : type);
    if (!view) {
      context_.emit(DiagnosticKind::ResultNotView, tree_.result->span, {name_, context_.type_name(type)})
          .note("what an operation gives is a view, or a list of one");
      return;
    }
    info().result = type;
    out().result_view = *view;
    out().result_many = many;
  }

  // What gets or queries can only read.
  std::optional<Fix> class_by_form() const {
    if (tree_.form != Form::Get && tree_.form != Form::Query) return std::nullopt;
    const uint32_t at = tree_.brace.begin;
    return Fix{{tree_.span.source, at, at}, "is read ", "write `is read`", true};
  }

  void operation_class() {
    switch (tree_.operation_class) {
      case Class::Missing:
        suggest_if(context_.emit(DiagnosticKind::ClassMissing, tree_.name.span, {name_})
                       .note("write `is read`, `is notify` or `is write` before its `{`"),
                   class_by_form());
        break;
      case Class::Read:
        out().operation_class = abi::OperationClass::Read;
        if (!tree_.result)
          context_.emit(DiagnosticKind::ResultMissing, tree_.name.span, {name_})
              .note("write `-> VIEW` behind its parameters");
        break;
      case Class::Notify:
        out().operation_class = abi::OperationClass::Notify;
        break;
      case Class::Write:
        out().operation_class = abi::OperationClass::Write;
        break;
    }
  }

  void strategy() {
    using Strategy = ast::OperationDecl::Strategy;
    switch (tree_.strategy) {
      case Strategy::Idempotent:
        out().strategy = abi::Strategy::Idempotent;
        break;
      case Strategy::Keyed:
        out().strategy = abi::Strategy::Keyed;
        break;
      case Strategy::Queryable:
        out().strategy = abi::Strategy::Queryable;
        break;
      case Strategy::Unsafe:
        out().strategy = abi::Strategy::Unsafe;
        break;
      case Strategy::Missing:
        if (tree_.operation_class != Class::Write && tree_.operation_class != Class::Notify) return;
        context_.emit(DiagnosticKind::StrategyMissing, tree_.name.span, {name_})
            .note("write `idempotent`, `keyed by FIELD`, `queryable by FIELD` or `unsafe` inside its braces");
        return;
    }
    if (tree_.strategy_field) strategy_field(*tree_.strategy_field);
  }

  void fresh() {
    if (!tree_.fresh) return;
    if (tree_.operation_class != Class::Read) {
      context_.emit(DiagnosticKind::FreshWithoutRead, tree_.fresh->span, {name_});
      return;
    }
    if (const auto time = written_time(context_, module_, tree_.fresh, "fresh within"))
      context_.program.fresh_operations.emplace(index_, *time);
  }

  // The property that carries the key of a call.
  void strategy_field(const ast::Name& field) {
    out().strategy_field = field.text;
    out().strategy_edm_type = "Edm.String";
    for (const auto* part : {&tree_.key, &tree_.body}) {
      const auto given = std::ranges::find(*part, field.text, [](const auto& one) { return one.field.text; });
      if (given != part->end())
        context_.emit(DiagnosticKind::GivenTwice, given->field.span, {field.text})
            .label(field.span, "carries the key of the call");
    }
    const SystemConfig* system = info().system;
    if (!system) return;
    if (tree_.form == Form::Call) return strategy_parameter(*system, field);
    const schema::EntitySet* set = system->schema->find_set(tree_.target.text);
    const schema::EntityType* entity = set ? system->schema->find_type(set->entity_type) : nullptr;
    if (!entity) return;
    const schema::Property* property = system->schema->find_property(*entity, field.text);
    if (!property) {
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownProperty, field.span, {tree_.target.text, field.text}),
          field.span, field.text, property_names(*system->schema, *entity))
          .label(entity->span, "its properties stand here");
      return;
    }
    carries_key(field, field_of(*system->schema, *entity, *property));
  }

  void strategy_parameter(const SystemConfig& system, const ast::Name& field) {
    const schema::Callable* callable = system.schema->find_callable(tree_.target.text);
    if (!callable) return;  // told with the body
    std::vector<std::string> known;
    for (const schema::Parameter& parameter : callable->parameters) {
      if (parameter.name == field.text)
        return carries_key(field, field_of(*system.schema, *callable, parameter));
      known.push_back(parameter.name);
    }
    with_suggestion(
        context_.emit(DiagnosticKind::UnknownParameter, field.span, {tree_.target.text, field.text}),
        field.span, field.text, known)
        .label(callable->span, "its parameters stand here");
  }

  void carries_key(const ast::Name& field, const SchemaField& described) {
    out().strategy_edm_type = described.edm_type;
    if (described.edm_type != "Edm.String" && described.edm_type != "Edm.Guid")
      context_
          .emit(DiagnosticKind::SchemaTypeMismatch, field.span,
                {field.text, described.edm_type, "a call's key, which is text"})
          .label(described.span, "declared here");
    if (described.edm_type == "Edm.String" && described.max_length.value_or(kCallKeyLength) < kCallKeyLength)
      context_
          .emit(DiagnosticKind::TextTooLong, field.span,
                {fmt::format("of {} characters", kCallKeyLength), field.text,
                 std::to_string(*described.max_length)})
          .label(described.span, "declared here")
          .note("the key of a call must fit whole");
  }

  void owner() {
    if (tree_.owner) {
      if (const auto role = require_role(context_, module_, *tree_.owner))
        out().owner = context_.program.abi.roles[*role];
      return;
    }
    const bool writes = tree_.operation_class == Class::Write;
    if (!writes && tree_.operation_class != Class::Notify) return;
    context_.emit(DiagnosticKind::OwnerMissing, tree_.name.span, {name_, writes ? "write" : "notification"})
        .note(writes ? "write `owner ROLE`: who decides when nobody can say whether it happened"
                     : "write `owner ROLE`: whose it is, and who decides what is held on its way");
  }

  void limit() {
    if (!tree_.limit) return;
    static const std::map<std::string, Duration> kPeriods{
        {"s", kSecond}, {"min", kMinute}, {"hour", kHour}, {"day", kDay}};
    const auto period = kPeriods.find(tree_.limit->per.text);
    if (period == kPeriods.end()) {
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownUnit, tree_.limit->per.span, {tree_.limit->per.text}),
          tree_.limit->per.span, tree_.limit->per.text, {"s", "min", "hour", "day"});
      return;
    }
    if (tree_.limit->count == 0)
      context_.emit(DiagnosticKind::LimitZero, tree_.limit->per.span, {name_, "limit"})
          .note("leave the limit out where there is none");
    out().limit_count = tree_.limit->count;
    out().limit_period = period->second;
  }

  // What is lost of a batch is unclear of all its calls: where nobody can ask, each would be a question.
  void batch() {
    if (!tree_.batch) return;
    const auto& [size, span] = *tree_.batch;
    if (size < 2 || size > kBatchMax) {
      context_.emit(DiagnosticKind::BatchSize, span, {fmt::format("{}", kBatchMax), fmt::format("{}", size)});
    } else if (tree_.operation_class == Class::Read) {
      context_.emit(DiagnosticKind::NoBatch, span, {name_, "reads"});
    } else if (tree_.form == Form::Update) {
      context_.emit(DiagnosticKind::NoBatch, span,
                    {name_, "changes an entity that is looked at just before"});
    } else if (tree_.strategy == ast::OperationDecl::Strategy::Unsafe) {
      context_.emit(DiagnosticKind::BatchUnsafe, span,
                    {name_, tree_.owner ? tree_.owner->text : "its owner"});
    } else {
      out().batch_max = size;
    }
  }

  void rejections() {
    static constexpr std::array kReserved{"rejected", "unavailable", "invalid",  "expired",
                                          "changed",  "refused",     "countered"};
    for (const ast::Name& rejection : tree_.rejections) {
      if (std::ranges::find(kReserved, rejection.text) != kReserved.end()) {
        context_.emit(DiagnosticKind::RejectionReserved, rejection.span, {rejection.text})
            .note("name the answer as the system does, as in `rejected RecordLocked`");
        continue;
      }
      if (std::ranges::find(out().rejections, rejection.text) != out().rejections.end()) {
        context_.emit(DiagnosticKind::DuplicateName, rejection.span, {rejection.text});
        continue;
      }
      out().rejections.push_back(rejection.text);
    }
  }

  Context& context_;
  uint32_t index_;
  uint32_t module_;
  const ast::OperationDecl& tree_;
  std::string name_;
};

// ---------------------------------------------------------------- bodies

class BodyDescriber {
 public:
  BodyDescriber(Context& context, uint32_t index)
      : context_(context),
        index_(index),
        module_(context.operations[index].module),
        tree_(*context.operations[index].tree) {}

  void run() {
    static constexpr std::array kForms{abi::OperationForm::Get, abi::OperationForm::Query,
                                       abi::OperationForm::Create, abi::OperationForm::Update,
                                       abi::OperationForm::Call};
    out().form = kForms[static_cast<size_t>(tree_.form)];
    out().target = tree_.target.text;
    std::vector<Local> locals;
    Scope scope(context_, locals);
    for (Parameter& parameter : info().parameters)
      parameter.local = scope.declare({parameter.name, parameter.span}, parameter.type);
    expressions_.emplace(context_, module_, scope);
    scope_ = &scope;
    find_target();
    for (const ast::FieldAssign& field : tree_.key) assign(field, true);
    for (const ast::FieldAssign& field : tree_.body) assign(field, tree_.form == Form::Call);
    if (tree_.by) by_mapping(*tree_.by);
    if (entity_) check_key();
    check_result();
    info().locals = std::move(locals);
    finish();
  }

 private:
  abi::Operation& out() { return context_.program.abi.operations[index_]; }
  OperationInfo& info() { return context_.operations[index_]; }

  void find_target() {
    const SystemConfig* system = info().system;
    if (!system) return;
    schema_ = &*system->schema;
    if (tree_.form == Form::Call) {
      callable_ = schema_->find_callable(tree_.target.text);
      out().is_action = callable_ && (callable_->kind == schema::Callable::Kind::Action ||
                                      callable_->http_method == "POST");
      if (callable_) return;
      std::vector<std::string> known;
      for (const schema::Callable& other : schema_->callables) known.push_back(other.name);
      with_suggestion(context_.emit(DiagnosticKind::UnknownCallable, tree_.target.span,
                                    {system->name, tree_.target.text}),
                      tree_.target.span, tree_.target.text, known);
      return;
    }
    set_ = schema_->find_set(tree_.target.text);
    entity_ = set_ ? schema_->find_type(set_->entity_type) : nullptr;
    if (!set_) {
      std::vector<std::string> known;
      for (const schema::EntitySet& other : schema_->sets) known.push_back(other.name);
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownEntity, tree_.target.span, {system->name, tree_.target.text}),
          tree_.target.span, tree_.target.text, known);
      return;
    }
    const bool refused =
        (tree_.form == Form::Create && !set_->creatable) || (tree_.form == Form::Update && !set_->updatable);
    if (refused)
      context_
          .emit(DiagnosticKind::SetNotWritable, tree_.target.span,
                {tree_.target.text, tree_.form == Form::Create ? "created" : "updated"})
          .label(set_->span, "the schema says so");
  }

  std::optional<SchemaField> find(const ast::Name& name) {
    if (callable_) {
      std::vector<std::string> known;
      for (const schema::Parameter& parameter : callable_->parameters) {
        if (parameter.name == name.text) return field_of(*schema_, *callable_, parameter);
        known.push_back(parameter.name);
      }
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownParameter, name.span, {tree_.target.text, name.text}),
          name.span, name.text, known)
          .label(callable_->span, "its parameters stand here");
      return std::nullopt;
    }
    if (!entity_) return std::nullopt;
    if (const schema::Property* property = schema_->find_property(*entity_, name.text)) {
      not_writable(name, *property);
      return field_of(*schema_, *entity_, *property);
    }
    with_suggestion(context_.emit(DiagnosticKind::UnknownProperty, name.span, {tree_.target.text, name.text}),
                    name.span, name.text, property_names(*schema_, *entity_))
        .label(entity_->span, "its properties stand here");
    return std::nullopt;
  }

  void not_writable(const ast::Name& name, const schema::Property& property) {
    const bool in_body =
        std::ranges::any_of(tree_.body, [&](const ast::FieldAssign& field) { return &field.field == &name; });
    if (!in_body) return;
    const bool refused = (tree_.form == Form::Create && !property.creatable) ||
                         (tree_.form == Form::Update && !property.updatable);
    if (refused)
      context_
          .emit(DiagnosticKind::PropertyNotWritable, name.span,
                {name.text, tree_.form == Form::Create ? "given when it is created" : "updated"})
          .label(property.span, "the schema says so");
  }

  void assign(const ast::FieldAssign& assign, bool key) {
    const auto [first, fresh] = seen_.try_emplace(assign.field.text, assign.field.span);
    if (!fresh) {
      context_.emit(DiagnosticKind::DuplicateName, assign.field.span, {assign.field.text})
          .label(first->second, "here first");
      return;
    }
    const std::optional<SchemaField> field = find(assign.field);
    scope_->offer(unit_read_as_list(assign));
    ExprPtr value = expressions_->check(assign.value, literal_type(assign, field));
    scope_->offer({});
    if (!field || is_invalid(*value)) {
      sound_ = false;
      return;
    }
    const ast::Name* unit = assign.unit_field ? &*assign.unit_field : nullptr;
    if (!check_written(context_, value->type, *field, assign, *schema_, entity_, tree_.target.text,
                       value->span)) {
      sound_ = false;
      return;
    }
    const TypeId type = value->type;
    value = within_field(context_, *expressions_, std::move(value), *field);
    sound_ = sound_ && !is_invalid(*value);
    send(wire_field(*field, unit, key), type, std::move(value));
  }

  // `type` is without the field's bounds: a field that gets wider changes nothing of what was approved.
  void send(abi::WireField wire, TypeId type, ExprPtr value) {
    payload_type_.push_back({.name = wire.name, .type = type, .key = wire.key});
    out().fields.push_back(std::move(wire));
    payload_.push_back(std::move(value));
  }

  // `create Listings by ListingOf(promo)`: what the mapping makes stands here, field by field.
  void by_mapping(const ast::OperationDecl::By& by) {
    const std::string name = by.mapping.text();
    const Symbol* symbol = require_symbol(context_, module_, name, by.mapping.span, SymbolKind::Mapping);
    const Function* mapping = symbol ? require_function(context_, symbol->index, by.mapping.span) : nullptr;
    const TypeId from = mapping ? mapping->locals[mapping->parameters.front().index].type : abi::kNoType;
    const ExprPtr it = expressions_->check(
        by.value, from,
        {mapping ? mapping->span : Span{}, fmt::format("`it` of {} is {}", name, context_.type_name(from))});
    sound_ = sound_ && mapping && !is_invalid(*it);
    if (!sound_ || !set_) return;
    const auto& made = context_.functions[symbol->index].entity;
    if (!made || made->system != info().system || made->set != set_) {
      const std::string makes =
          made ? made->system->name + "." + made->set->name : context_.type_name(mapping->result);
      context_
          .emit(DiagnosticKind::MappingElsewhere, by.mapping.span,
                {name, "a " + makes, "a " + info().system->name + "." + tree_.target.text})
          .label(mapping->span, "declared here");
      sound_ = false;
      return;
    }
    for (const bool keys : {true, false}) expand(*mapping, *made, *it, by.mapping.span, keys);
  }

  void expand(const Function& mapping, const MappedEntity& made, const Expr& it, Span at, bool keys) {
    const auto substitute = [&](const Expr& expr) -> ExprPtr {
      const auto* local = std::get_if<LocalRef>(&expr.node);
      return local && local->local == mapping.parameters.front() ? clone(it) : nullptr;
    };
    std::map<LocalId, LocalId> renamed;
    const auto rename = [&](LocalId local) {
      const auto [there, fresh] = renamed.try_emplace(local, LocalId());
      const Local& other = mapping.locals[local.index];
      if (fresh) there->second = scope_->hidden(other.name, other.type, at);
      return there->second;
    };
    const auto& values = std::get<MakeRecord>(mapping.body->node).fields;
    for (size_t i = 0; i < made.fields.size(); ++i) {
      abi::WireField wire = made.fields[i];
      const bool part_of_key = std::ranges::find(entity_->key, wire.name) != entity_->key.end();
      wire.key = tree_.form == Form::Update && part_of_key;
      if (wire.key != keys || !is_sent(wire, *values[i], at)) continue;
      if (wire.key) mapped_key_.push_back(wire.name);
      const TypeId type = context_.types[mapping.result].fields[i].type;
      send(std::move(wire), type, clone(*values[i], substitute, rename));
    }
  }

  // What is absent leaves room for the key of the call, and is not sent where it can't be changed anyway.
  bool is_sent(const abi::WireField& wire, const Expr& value, Span at) {
    const auto* optional = std::get_if<MakeOptional>(&value.node);
    const bool absent = optional && !optional->value;
    const bool carries_key = tree_.strategy_field && tree_.strategy_field->text == wire.name;
    if (carries_key && !absent)
      context_.emit(DiagnosticKind::GivenTwice, at, {wire.name})
          .label(tree_.strategy_field->span, "carries the key of the call")
          .label(value.span, "and the mapping gives it: say `absent` there");
    const auto [first, fresh] = seen_.try_emplace(wire.name, at);
    if (!fresh)
      context_.emit(DiagnosticKind::DuplicateName, first->second, {wire.name})
          .label(value.span, "the mapping gives it");
    const schema::Property* property = schema_->find_property(*entity_, wire.name);
    const bool fixed = tree_.form == Form::Update && !wire.key && !property->updatable;
    if (fixed && !absent)
      context_.emit(DiagnosticKind::PropertyNotWritable, at, {wire.name, "updated"})
          .label(property->span, "the schema says so")
          .label(value.span, "the mapping gives it");
    return fresh && !carries_key && !fixed;
  }

  // A number in the schema's own scale; other literals say what they are.
  TypeId literal_type(const ast::FieldAssign& assign, const std::optional<SchemaField>& field) {
    return assign.value && field && std::holds_alternative<ast::NumberLit>(assign.value->node)
               ? natural_type(context_, *field)
               : abi::kNoType;
  }

  // `get` and `update` address one entity: by its whole key.
  void check_key() {
    if (tree_.form == Form::Create) return check_created_key();
    if (tree_.form != Form::Get && tree_.form != Form::Update) return;
    std::vector<std::string> given;
    for (const ast::FieldAssign& field : tree_.key) given.push_back(field.field.text);
    given.insert(given.end(), mapped_key_.begin(), mapped_key_.end());
    if (tree_.by && !sound_) return;  // told there
    std::vector<std::string> expected = entity_->key;
    std::ranges::sort(given);
    std::ranges::sort(expected);
    if (given == expected || expected.empty()) return;
    context_
        .emit(DiagnosticKind::KeyMismatch, tree_.target.span,
              {tree_.target.text, fmt::format("{}", fmt::join(entity_->key, ", "))})
        .label(entity_->span, "declared here");
  }

  // `create` gives the key, unless the system does.
  void check_created_key() {
    if (tree_.by) return;  // the mapping gives it, or can leave it out
    for (const std::string& name : entity_->key) {
      const schema::Property* property = schema_->find_property(*entity_, name);
      const bool given = seen_.contains(name) || (tree_.strategy_field && tree_.strategy_field->text == name);
      if (!property || !property->creatable || property->default_value || given) continue;
      context_
          .emit(DiagnosticKind::MissingArgument, tree_.target.span,
                {tree_.target.text, name, "part of its key"})
          .label(property->span, "the schema does not say that the system gives it");
      sound_ = false;
    }
  }

  // What is read must be what the result's view looks at.
  void check_result() {
    const auto view = out().result_view;
    if (!view || !tree_.result) return;
    const ViewInfo& result = context_.views[*view];
    if (!result.entity || !result.system || !info().system || (!entity_ && !callable_)) return;
    std::string given = entity_ ? entity_->name : callable_->result ? callable_->result->full : "";
    if (result.system == info().system && is_entity(*schema_, given, *result.entity)) return;
    context_
        .emit(DiagnosticKind::ResultNotView, tree_.result->span,
              {tree_.name.text(), context_.type_name(info().result)})
        .label(tree_.target.span, given.empty() ? "this gives nothing" : "this gives " + given)
        .label(result.tree->name.span, "this view looks at " + result.entity->name);
  }

  void finish() {
    const std::string name = tree_.name.text();
    out().payload = context_.types.record(name, std::move(payload_type_));
    info().payload = std::move(payload_);
    info().sound = sound_ && info().system != nullptr;
    for (const Parameter& parameter : info().parameters)
      info().sound = info().sound && parameter.type != abi::kNoType;
  }

  Context& context_;
  uint32_t index_;
  uint32_t module_;
  const ast::OperationDecl& tree_;
  std::optional<Expressions> expressions_;
  Scope* scope_ = nullptr;
  std::vector<std::string> mapped_key_;  // parts of the key that the mapping gives
  const schema::Schema* schema_ = nullptr;
  const schema::EntitySet* set_ = nullptr;
  const schema::EntityType* entity_ = nullptr;
  const schema::Callable* callable_ = nullptr;
  std::map<std::string, Span> seen_;
  std::vector<abi::Field> payload_type_;
  std::vector<ExprPtr> payload_;
  bool sound_ = true;
};

}  // namespace

void describe_operations(Context& context) {
  context.program.operation_classes.resize(context.operations.size());
  for (uint32_t i = 0; i < context.operations.size(); ++i) SignatureDescriber(context, i).run();
}

void describe_operation_bodies(Context& context) {
  for (uint32_t i = 0; i < context.operations.size(); ++i) BodyDescriber(context, i).run();
}

}  // namespace endcap::sema
