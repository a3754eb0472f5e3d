// Views: business names over an entity of a schema.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/schema_fit.h"
#include "compiler/sema/systems.h"
#include "compiler/sema/written_time.h"

namespace endcap::sema {
namespace {

// What views have taken a property for, where the schema says neither currency nor unit of measure.
using TakenFor =
    std::map<std::pair<const schema::EntityType*, std::string>, std::pair<Kind, const ast::Name*>>;

class ViewDescriber {
 public:
  ViewDescriber(Context& context, uint32_t index, TakenFor& taken)
      : context_(context),
        taken_(taken),
        index_(index),
        module_(context.views[index].module),
        tree_(*context.views[index].tree) {}

  void find_entity() {
    const SystemConfig* system = require_system(context_, module_, tree_.system);
    if (!system) return;
    info().system = system;
    view().system = system_index(context_, system);
    view().entity_set = tree_.entity.text;
    const schema::EntitySet* set = system->schema->find_set(tree_.entity.text);
    if (!set) {
      std::vector<std::string> known;
      for (const schema::EntitySet& other : system->schema->sets) known.push_back(other.name);
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownEntity, tree_.entity.span, {system->name, tree_.entity.text}),
          tree_.entity.span, tree_.entity.text, known);
      return;
    }
    info().entity = system->schema->find_type(set->entity_type);
  }

  void run() {
    marked_ = DataMark{data_class_of(context_, tree_.data_class).value_or(DataClass::Internal),
                       tree_.data_class ? tree_.data_class->span : Span{}};
    for (const ast::ViewField& field : tree_.fields) describe(field);
    describe_key();
    describe_freshness();
    fields_.push_back({.name = "as of", .type = context_.types.simple(Kind::Instant)});
    marks_.push_back({DataClass::Public});
    context_.program.data_marks.emplace(info().record, std::move(marks_));
    context_.types.reserved(info().record).fields = std::move(fields_);
  }

 private:
  ViewInfo& info() { return context_.views[index_]; }
  abi::View& view() { return context_.program.abi.views[index_]; }

  const schema::Schema& schema() { return *info().system->schema; }

  bool fresh(const ast::ViewField& field) {
    const auto [first, added] = seen_.try_emplace(field.name.text, field.name.span);
    if (!added)
      context_.emit(DiagnosticKind::DuplicateName, field.name.span, {field.name.text})
          .label(first->second, "here first");
    return added;
  }

  void describe(const ast::ViewField& field) {
    if (!fresh(field)) return;
    if (info().entity && schema().find_navigation(*info().entity, field.source.text))
      return describe_navigation(field);
    const TypeId type = resolve_stored_type(context_, module_, field.type.get(), "a view");
    const bool key =
        std::ranges::any_of(tree_.key, [&](const ast::Name& name) { return name.text == field.name.text; });
    std::optional<SchemaField> property = find_property(field);
    const ast::Name* const unit = field.unit_source ? &*field.unit_source : nullptr;
    if (property && type != abi::kNoType) {
      const bool fits = check_fit(context_, type, *property, Direction::Reading, field.type->span);
      const schema::Property* const sibling =
          unit ? schema().find_property(*info().entity, unit->text) : nullptr;
      if (fits && check_unit(context_, type, *property, unit, sibling, field.source.span) && sibling)
        take_for(type, *unit, *sibling);
      if (fits && unit && !sibling) unknown_property(*unit);
    }
    const bool present = key || field.required;
    if (present && context_.types.is(type, Kind::Optional)) {
      context_
          .emit(DiagnosticKind::AlwaysPresent, field.type->span,
                {context_.type_name(context_.types.inside(type))})
          .note(key ? "a key is always there" : "`required` says so: leave out one of the two");
    }
    fields_.push_back({.name = field.name.text,
                       .type = present || type == abi::kNoType ? type : context_.types.optional(type),
                       .key = key,
                       .advice = field.advice});
    const auto own = data_class_of(context_, field.data_class);
    marks_.push_back(own ? DataMark{*own, field.data_class->span} : marked_);
    view().fields.push_back(
        {.wire = property ? wire_field(*property, unit, key) : abi::WireField{.name = field.source.text},
         .required = present});
  }

  // One property can't hold a currency for one amount and a unit of measure for another.
  void take_for(TypeId type, const ast::Name& unit, const schema::Property& sibling) {
    if (sibling.semantics != schema::Property::Semantics::None) return;
    const Kind kind = context_.types.kind(context_.types.inside(type));
    const auto [first, fresh] = taken_.try_emplace({info().entity, unit.text}, std::pair{kind, &unit});
    if (fresh || first->second.first == kind) return;
    const bool money = kind == Kind::Money;
    context_
        .emit(DiagnosticKind::UnitOfAnotherKind, unit.span,
              {unit.text, money ? "unit of measure" : "currency",
               context_.type_name(context_.types.inside(type)), money ? "currency" : "unit of measure"})
        .label(first->second.second->span, "it is taken for that here");
  }

  std::optional<SchemaField> find_property(const ast::ViewField& field) {
    if (!info().entity) return std::nullopt;
    const schema::Property* property = schema().find_property(*info().entity, field.source.text);
    if (property) return field_of(schema(), *info().entity, *property);
    unknown_property(field.source);
    return std::nullopt;
  }

  void unknown_property(const ast::Name& name) {
    auto candidates = property_names(schema(), *info().entity);
    std::ranges::copy(navigation_names(schema(), *info().entity), std::back_inserter(candidates));
    with_suggestion(context_.emit(DiagnosticKind::UnknownProperty, name.span, {tree_.entity.text, name.text}),
                    name.span, name.text, candidates)
        .label(info().entity->span, "its properties stand here");
  }

  // A view of another system or entity would read properties that are not there.
  bool leads_to(const schema::Navigation& navigation, const ViewInfo& target) {
    if (!target.entity || !target.system) return true;  // told where that view is declared
    return target.system == info().system && is_entity(schema(), navigation.target_type, *target.entity);
  }

  // `stores: list of Store = to_Stores`, `master: ArticleMaster = to_Product`
  void describe_navigation(const ast::ViewField& field) {
    const schema::Navigation& navigation = *schema().find_navigation(*info().entity, field.source.text);
    const TypeId type = resolve_type(context_, module_, field.type.get());
    if (type == abi::kNoType) return;
    const TypeId one = !navigation.many                      ? type
                       : context_.types.is(type, Kind::List) ? context_.types[type].element
                                                             : abi::kNoType;
    const auto target = one == abi::kNoType ? std::nullopt : context_.view_of(one);
    if (!target || !leads_to(navigation, context_.views[*target])) {
      context_
          .emit(DiagnosticKind::NavigationType, field.type->span,
                {field.source.text, context_.type_name(type)})
          .label(navigation.span,
                 fmt::format("leads to {}{}", navigation.many ? "many " : "one ", navigation.target_type))
          .note(navigation.many ? "declare a view of what it leads to, and write `list of` that view"
                                : "declare a view of what it leads to, and write that view; it is absent "
                                  "where it leads nowhere, unless it is `required`");
      return;
    }
    info().navigations.emplace(field.name.text,
                               static_cast<uint32_t>(context_.program.abi.navigations.size()));
    context_.program.abi.navigations.push_back({.from_view = index_,
                                                .name = field.name.text,
                                                .property = field.source.text,
                                                .to_view = *target,
                                                .many = navigation.many,
                                                .required = field.required});
  }

  void describe_key() {
    std::vector<std::string> sources;
    for (const ast::Name& name : tree_.key) {
      const auto field = std::ranges::find(fields_, name.text, &abi::Field::name);
      if (field == fields_.end()) {
        std::vector<std::string> names;
        for (const abi::Field& known : fields_) names.push_back(known.name);
        with_suggestion(context_.emit(DiagnosticKind::UnknownField, name.span, {tree_.name.text, name.text}),
                        name.span, name.text, names);
        return;
      }
      const auto at = static_cast<uint32_t>(field - fields_.begin());
      view().key.push_back(at);
      sources.push_back(view().fields[at].wire.name);
    }
    if (!info().entity || tree_.key.empty()) return;
    std::vector<std::string> expected = info().entity->key;
    for (const schema::EntityType* type = info().entity; expected.empty() && !type->base.empty();) {
      type = schema().find_type(type->base);
      if (!type) break;
      expected = type->key;
    }
    std::vector<std::string> sorted = expected;
    std::ranges::sort(sorted);
    std::ranges::sort(sources);
    if (sorted == sources) return;
    context_
        .emit(DiagnosticKind::KeyMismatch, cover(tree_.key.front().span, tree_.key.back().span),
              {tree_.entity.text, fmt::format("{}", fmt::join(expected, ", "))})
        .label(info().entity->span, "declared here");
  }

  void describe_freshness() {
    if (!tree_.fresh) return;
    if (const auto time = written_time(context_, module_, tree_.fresh, "fresh within"))
      context_.program.fresh_views.emplace(index_, *time);
  }

  Context& context_;
  TakenFor& taken_;
  uint32_t index_;
  uint32_t module_;
  const ast::ViewDecl& tree_;
  std::vector<abi::Field> fields_;
  DataMark marked_;              // what the view says of all
  std::vector<DataMark> marks_;  // one a field
  std::map<std::string, Span> seen_;
};

}  // namespace

void describe_views(Context& context) {
  // A navigation looks at the entity of another view.
  TakenFor taken;
  for (uint32_t i = 0; i < context.views.size(); ++i) ViewDescriber(context, i, taken).find_entity();
  for (uint32_t i = 0; i < context.views.size(); ++i) ViewDescriber(context, i, taken).run();
}

}  // namespace endcap::sema
