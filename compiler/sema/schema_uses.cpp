// Uses of schemas: declarations give what is used, the typed tree gives who depends on them.
#include "compiler/sema/schema_uses.h"

#include <algorithm>
#include <map>

#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

// Where views, their fields and operations are depended on.
struct Dependants {
  std::map<uint32_t, std::vector<UsePlace>> views, navigations, operations;
  std::map<std::pair<TypeId, uint32_t>, std::vector<UsePlace>> fields;  // (record, field)
};

void add_place(std::vector<UsePlace>& places, const std::string& declaration, Span span) {
  UsePlace place{declaration, span};
  if (span.valid() && std::ranges::find(places, place) == places.end()) places.push_back(std::move(place));
}

class DependantFinder {
 public:
  explicit DependantFinder(const Program& program) : program_(program) {}

  Dependants run() {
    for (const Function& function : program_.functions) {
      name_ = "function " + function.name;
      if (function.body) walk(*function.body, walker());
    }
    for (const Policy& policy : program_.policies) {
      if (policy.of.empty()) of_policy(policy);
    }
    for (const Workflow& workflow : program_.workflows) {
      name_ = "workflow " + workflow.name;
      for (const StartParameter& parameter : workflow.parameters) {
        if (parameter.view) view(*parameter.view, workflow.locals[parameter.local.index].span);
      }
      walk(workflow.body, walker());
    }
    for (size_t i = 0; i < program_.routes.size(); ++i) {
      name_ = "route " + program_.routes[i].name;
      of_delivery(program_.routes[i], program_.abi.routes[i].delivery);
    }
    for (size_t i = 0; i < program_.syncs.size(); ++i) of_sync(program_.syncs[i], program_.abi.syncs[i]);
    return std::move(found_);
  }

 private:
  Walker walker() {
    return {[this](const Stmt& statement) { of_statement(statement); },
            [this](const Expr& expression) { of_expression(expression); }};
  }

  void of_policy(const Policy& policy) {
    name_ = "policy " + policy.name;
    for (const auto& recheck : program_.abi.policies[policy.index].rechecks) {
      view(recheck.view, policy.span);
      const TypeId record = program_.abi.views[recheck.view].record;
      for (const auto& [fact, field] : recheck.facts)
        add_place(found_.fields[{record, field}], name_, policy.span);
    }
  }

  void of_delivery(const Delivery& delivery, const abi::Delivery& described) {
    operation(described.operation, delivery.span);
    for (const ExprPtr* each :
         {&delivery.where, &delivery.mapped, &delivery.payload, &delivery.key, &delivery.same}) {
      if (*each) walk(**each, walker());
    }
    for (const Delivery::Asked& asked : delivery.asked) walk(*asked.facts, walker());
  }

  void of_sync(const Delivery& delivery, const abi::Sync& sync) {
    name_ = "sync " + delivery.name;
    view(sync.view, delivery.span);
    operation(sync.reconciliation.operation, delivery.span);
    if (sync.comparison) view(sync.comparison->view, delivery.span);
    of_delivery(delivery, sync.delivery);
  }

  void view(uint32_t index, Span span) { add_place(found_.views[index], name_, span); }
  void operation(uint32_t index, Span span) {
    add_place(found_.operations[index], name_, span);
    if (const auto& result = program_.abi.operations[index].result_view) view(*result, span);
  }

  void of_statement(const Stmt& statement) {
    const Span at = statement.span;
    if (const auto* read = std::get_if<ReadView>(&statement.node)) view(read->view, at);
    if (const auto* read = std::get_if<ReadOperation>(&statement.node)) operation(read->operation, at);
    if (const auto* notify = std::get_if<Notify>(&statement.node)) operation(notify->operation, at);
    if (const auto* read = std::get_if<ReadNavigation>(&statement.node)) {
      add_place(found_.navigations[read->navigation], name_, at);
      view(program_.abi.navigations[read->navigation].to_view, at);
    }
    if (const auto* propose = std::get_if<Propose>(&statement.node)) {
      operation(propose->operation, at);
      if (propose->undo) operation(*propose->undo, at);
    }
  }

  void of_expression(const Expr& expression) {
    const auto* field = std::get_if<FieldOf>(&expression.node);
    if (field && field->record)
      add_place(found_.fields[{field->record->type, field->field}], name_, expression.span);
  }

  const Program& program_;
  std::string name_;
  Dependants found_;
};

class UseCollector {
  using Role = SchemaUse::Role;

 public:
  UseCollector(const Program& program, Dependants dependants)
      : program_(program), dependants_(std::move(dependants)) {}

  // Views and operations stand in the program's tables in the order of their declarations.
  std::vector<SchemaUse> run(const std::vector<ast::Module>& modules) {
    uint32_t view = 0, operation = 0;
    for (const ast::Module& module : modules) {
      for (const ast::Decl& declaration : module.declarations) {
        if (const auto* tree = std::get_if<ast::ViewDecl>(&declaration.node)) of_view(view++, *tree);
        const auto* system = std::get_if<ast::SystemDecl>(&declaration.node);
        if (!system) continue;
        for (const ast::OperationDecl& tree : system->operations) of_operation(operation++, tree);
      }
    }
    return std::move(uses_);
  }

 private:
  const abi::Field* field_of(TypeId record, const std::string& name, uint32_t* index = nullptr) const {
    const std::vector<abi::Field>& fields = program_.abi.types[record].fields;
    for (uint32_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name != name) continue;
      if (index) *index = i;
      return &fields[i];
    }
    return nullptr;
  }

  template <typename Key>
  static std::vector<UsePlace> places_of(const std::map<Key, std::vector<UsePlace>>& in, const Key& key) {
    const auto found = in.find(key);
    return found == in.end() ? std::vector<UsePlace>{} : found->second;
  }

  void of_view(uint32_t index, const ast::ViewDecl& tree) {
    const abi::View& view = program_.abi.views[index];
    SchemaUse use{.role = Role::View,
                  .system = tree.system.text,
                  .target = tree.entity.text,
                  .declaration = "view " + view.name,
                  .span = tree.entity.span,
                  .places = places_of(dependants_.views, index)};
    uses_.push_back(use);
    for (const ast::ViewField& field : tree.fields) {
      if (of_navigation(index, use, field)) continue;
      uint32_t at = 0;
      const abi::Field* described = field_of(view.record, field.name.text, &at);
      if (!described) continue;
      SchemaUse one = use;
      one.member = field.source.text;
      one.type = described->type;
      one.required = field.required || described->key;
      one.unit_member = field.unit_source ? field.unit_source->text : "";
      one.span = field.source.span;
      for (const UsePlace& place : places_of(dependants_.fields, {view.record, at}))
        add_place(one.places, place.declaration, place.span);
      uses_.push_back(one);
      if (field.unit_source) of_unit(one, *field.unit_source);
    }
  }

  bool of_navigation(uint32_t view, const SchemaUse& from, const ast::ViewField& field) {
    const auto& navigations = program_.abi.navigations;
    for (uint32_t i = 0; i < navigations.size(); ++i) {
      if (navigations[i].from_view != view || navigations[i].name != field.name.text) continue;
      SchemaUse use = from;
      use.role = Role::Navigation;
      use.member = field.source.text;
      use.span = field.source.span;
      use.places = places_of(dependants_.navigations, i);
      uses_.push_back(std::move(use));
      return true;
    }
    return false;
  }

  void of_unit(SchemaUse amount, const ast::Name& unit) {
    amount.unit = true;
    amount.member = unit.text;
    amount.unit_member.clear();
    amount.span = unit.span;
    uses_.push_back(std::move(amount));
  }

  static Role role_of(ast::OperationDecl::Form form) {
    using Form = ast::OperationDecl::Form;
    switch (form) {
      case Form::Get:
        return Role::Get;
      case Form::Query:
        return Role::Query;
      case Form::Create:
        return Role::Create;
      case Form::Update:
        return Role::Update;
      case Form::Call:
        return Role::Call;
    }
    return Role::Get;
  }

  void of_operation(uint32_t index, const ast::OperationDecl& tree) {
    const abi::Operation& operation = program_.abi.operations[index];
    SchemaUse use{.role = role_of(tree.form),
                  .system = program_.abi.systems[operation.system].name,
                  .target = operation.target,
                  .takes_result = operation.result_view.has_value(),
                  .declaration = "operation " + operation.name,
                  .span = tree.target.span,
                  .places = places_of(dependants_.operations, index)};
    SchemaUse target = use;
    for (const ast::FieldAssign& field : tree.body) {
      target.given.push_back(field.field.text);
      if (field.unit_field) target.given.push_back(field.unit_field->text);
    }
    if (tree.by) {
      for (const abi::WireField& field : operation.fields) {
        target.given.push_back(field.name);
        if (!field.unit_name.empty()) target.given.push_back(field.unit_name);
      }
    }
    if (tree.strategy_field) target.given.push_back(tree.strategy_field->text);
    for (const ast::FieldAssign& field : tree.key) target.given.push_back(field.field.text);
    uses_.push_back(std::move(target));
    for (const ast::FieldAssign& field : tree.key) of_assignment(operation, use, field, true);
    for (const ast::FieldAssign& field : tree.body) of_assignment(operation, use, field, false);
    if (tree.by) of_mapped(operation, use, tree);
    if (!tree.strategy_field) return;
    use.member = tree.strategy_field->text;
    use.call_key = true;
    use.span = tree.strategy_field->span;
    uses_.push_back(std::move(use));
  }

  void of_assignment(const abi::Operation& operation, const SchemaUse& from, const ast::FieldAssign& field,
                     bool key) {
    SchemaUse use = from;
    use.member = field.field.text;
    use.key = key && from.role != Role::Call;
    if (const abi::Field* described = field_of(operation.payload, field.field.text))
      use.type = described->type;
    use.unit_member = field.unit_field ? field.unit_field->text : "";
    use.span = field.field.span;
    uses_.push_back(use);
    if (field.unit_field) of_unit(use, *field.unit_field);
  }

  void of_mapped(const abi::Operation& operation, const SchemaUse& from, const ast::OperationDecl& tree) {
    for (const abi::WireField& field : operation.fields) {
      if (std::ranges::find(tree.key, field.name, [](const auto& one) { return one.field.text; }) !=
          tree.key.end())
        continue;
      ast::FieldAssign assign{{field.name, tree.by->mapping.span}, nullptr, std::nullopt, {}};
      if (!field.unit_name.empty()) assign.unit_field = ast::Name{field.unit_name, tree.by->mapping.span};
      of_assignment(operation, from, assign, field.key);
    }
  }

  const Program& program_;
  Dependants dependants_;
  std::vector<SchemaUse> uses_;
};

}  // namespace

std::vector<SchemaUse> schema_uses(const std::vector<ast::Module>& modules, const Program& program) {
  return UseCollector(program, DependantFinder(program).run()).run(modules);
}

}  // namespace endcap::sema
