// What an operation is classed as against what it does: whatever changes something that a policy governs is a
// write, whatever it is called.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/systems.h"

namespace endcap::sema {
namespace {

using Class = ast::OperationDecl::Class;
using CallForm = ast::OperationDecl::Form;

std::string_view name_of(CallForm form) {
  switch (form) {
    case CallForm::Get:
      return "get";
    case CallForm::Query:
      return "query";
    case CallForm::Create:
      return "create";
    case CallForm::Update:
      return "update";
    case CallForm::Call:
      return "call";
  }
  return "call";
}

bool asks(CallForm form) { return form == CallForm::Get || form == CallForm::Query; }

class ClassChecker {
 public:
  explicit ClassChecker(Context& context) : context_(context) {}

  void run() {
    for (const OperationInfo& operation : context_.operations) {
      if (operation.tree->operation_class == Class::Missing || !operation.system) continue;
      const bool fits = check_form(operation);
      if (fits && operation.tree->operation_class == Class::Notify) check_notify(operation);
    }
  }

 private:
  const abi::Operation& described(const OperationInfo& operation) const {
    return context_.program.abi.operations[static_cast<size_t>(&operation - context_.operations.data())];
  }
  const std::string& name(const OperationInfo& operation) const { return described(operation).name; }

  bool refuse(const OperationInfo& operation, std::string_view class_name, std::string_view does) {
    const ast::OperationDecl& tree = *operation.tree;
    context_.emit(DiagnosticKind::ClassNotForm, tree.target.span,
                  {name(operation), std::string(class_name),
                   fmt::format("`{} {}` {}", name_of(tree.form), tree.target.text, does)});
    return false;
  }

  bool check_form(const OperationInfo& operation) {
    const ast::OperationDecl& tree = *operation.tree;
    switch (tree.operation_class) {
      case Class::Write:
        return !asks(tree.form) || refuse(operation, "write", "changes nothing");
      case Class::Notify:
        return !asks(tree.form) || refuse(operation, "notify", "tells nobody anything");
      case Class::Read: {
        const schema::Callable* callable =
            tree.form == CallForm::Call ? operation.system->schema->find_callable(tree.target.text) : nullptr;
        if (asks(tree.form) || (tree.form == CallForm::Call && (!callable || callable->http_method == "GET")))
          return true;
        return refuse(operation, "read",
                      callable ? "is an action, which may change something" : "changes something");
      }
      case Class::Missing:
        break;
    }
    return true;
  }

  // ---------------------------------------------------------------- notify

  struct Overlap {
    Span span;         // in the notifying operation
    std::string what;  // "`status`", "creating A_StockTransfer"
  };

  const schema::EntityType* entity(const OperationInfo& operation) const {
    const schema::Schema& schema = *operation.system->schema;
    const schema::EntitySet* set = schema.find_set(operation.tree->target.text);
    return set ? schema.find_type(set->entity_type) : nullptr;
  }

  // The properties that it sets, and where it says so.
  std::vector<ast::Name> set_by(const OperationInfo& operation) const {
    const ast::OperationDecl& tree = *operation.tree;
    std::vector<ast::Name> names;
    for (const ast::FieldAssign& field : tree.body) {
      names.push_back(field.field);
      if (field.unit_field) names.push_back(*field.unit_field);
    }
    if (!tree.by) return names;
    for (const abi::WireField& field : described(operation).fields) {
      if (!field.key) names.push_back({field.name, tree.by->mapping.span});
      if (!field.unit_name.empty()) names.push_back({field.unit_name, tree.by->mapping.span});
    }
    return names;
  }

  std::optional<Overlap> overlap(const OperationInfo& notify, const OperationInfo& write) const {
    const ast::OperationDecl &tree = *notify.tree, &other = *write.tree;
    if (tree.form == CallForm::Call || other.form == CallForm::Call) {
      if (tree.form != other.form || tree.target.text != other.target.text) return std::nullopt;
      return Overlap{tree.target.span, fmt::format("calling {}", tree.target.text)};
    }
    const schema::EntityType *type = entity(notify), *other_type = entity(write);
    if (!type || !other_type) return std::nullopt;
    if (type == other_type && tree.form == CallForm::Create && other.form == CallForm::Create)
      return Overlap{tree.target.span, fmt::format("creating {}", tree.target.text)};
    const schema::Schema& schema = *notify.system->schema;
    const std::vector<ast::Name> others = set_by(write);
    for (const ast::Name& each : set_by(notify)) {
      const schema::Property* property = schema.find_property(*type, each.text);
      if (property && std::ranges::any_of(others, [&](const ast::Name& other_name) {
            return schema.find_property(*other_type, other_name.text) == property;
          }))
        return Overlap{each.span, fmt::format("`{}` of {}", each.text, tree.target.text)};
    }
    return std::nullopt;
  }

  // Nobody grants a notification, so it may not change what is granted elsewhere.
  void check_notify(const OperationInfo& notify) {
    for (const OperationInfo& write : context_.operations) {
      if (write.tree->operation_class != Class::Write || write.system != notify.system) continue;
      const auto found = overlap(notify, write);
      if (!found) continue;
      context_.emit(DiagnosticKind::NotifyWrites, found->span, {name(notify), found->what, name(write)})
          .label(write.tree->name.span, "classed `write` here")
          .note("class it `write`, and let a policy govern it");
      return;
    }
  }

  Context& context_;
};

}  // namespace

void check_operation_classes(Context& context) { ClassChecker(context).run(); }

}  // namespace endcap::sema
