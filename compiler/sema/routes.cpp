// Routes and syncs: see routes.h.
#include "compiler/sema/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/deliveries.h"
#include "compiler/sema/names.h"
#include "compiler/sema/payload.h"
#include "compiler/sema/plain.h"
#include "compiler/sema/recurrence.h"
#include "runtime/abi/value_json.h"

namespace endcap::sema {
namespace {

void describe_route(Context& context, uint32_t index) {
  const RouteInfo info = context.routes[index];
  const ast::Delivery& tree = info.tree->delivery;
  abi::Route& out = context.program.abi.routes[index];
  DeliveryDescriber delivery(context, info.module, "route", tree, context.program.routes[index],
                             out.delivery);
  const Symbol* event =
      require_symbol(context, info.module, tree.what.text(), tree.what.span, SymbolKind::Event);
  TypeId carried = abi::kNoType;
  if (event) {
    const abi::Event& described = context.program.abi.events[event->index];
    out.event = event->index;
    carried = described.record;
    delivery.require_system_of("event " + event->name, tree.what.span, event->span, described.system,
                               delivery.from());
  }
  delivery.run(carried);
}

class SyncDescriber {
 public:
  SyncDescriber(Context& context, uint32_t index)
      : context_(context),
        module_(context.syncs[index].module),
        tree_(*context.syncs[index].tree),
        typed_(context.program.syncs[index]),
        out_(context.program.abi.syncs[index]),
        delivery_(context, module_, "sync", tree_.delivery, typed_, out_.delivery) {}

  void run() {
    const ast::QualifiedName& name = tree_.delivery.what;
    const Symbol* view = require_symbol(context_, module_, name.text(), name.span, SymbolKind::View);
    TypeId carried = abi::kNoType;
    if (view) {
      out_.view = view->index;
      carried = described().record;
      delivery_.require_system_of("view " + view->name, name.span, view->span, described().system,
                                  delivery_.from());
    }
    delivery_.run(carried);
    if (!view) return;
    for (const auto& change : tree_.changes) hear(change);
    if (tree_.compares) compare(*tree_.compares);
    if (tree_.reconcile) {
      reconcile(*tree_.reconcile);
    } else {
      delivery_.missing(
          "when it goes through all of them",
          fmt::format("write `reconcile every day at 02:00 zone \"Australia/Sydney\" over "
                      "OPERATION()`: what was missed is found by it; the operation gives a list of {}",
                      view->name));
    }
  }

 private:
  const abi::View& described() const { return context_.program.abi.views[out_.view]; }
  std::string view_name() const { return context_.views[out_.view].tree->name.text; }
  const abi::Field& field(TypeId record, uint32_t index) const {
    return context_.types[record].fields[index];
  }

  // ---------------------------------------------------------------- what has changed

  void hear(const ast::SyncDecl::Change& change) {
    const std::string name = change.event.text();
    const Symbol* symbol = require_symbol(context_, module_, name, change.event.span, SymbolKind::Event);
    if (!symbol) return;
    const abi::Event& event = context_.program.abi.events[symbol->index];
    delivery_.require_system_of("event " + symbol->name, change.event.span, symbol->span, event.system,
                                delivery_.from());
    const auto same = std::ranges::find(out_.changes, symbol->index, &abi::Sync::Change::event);
    if (same != out_.changes.end()) {
      context_.emit(DiagnosticKind::DuplicateName, change.event.span, {name});
      return;
    }
    const std::vector<uint32_t>& key = described().key;
    if (change.key.size() != key.size()) {
      unfit(change.span, fmt::format("its key has {} field{}, and {} {} named here", key.size(),
                                     key.size() == 1 ? "" : "s", change.key.size(),
                                     change.key.size() == 1 ? "is" : "are"));
      return;
    }
    abi::Sync::Change heard{.event = symbol->index, .key_fields = {}};
    for (size_t i = 0; i < key.size(); ++i) {
      const auto part = key_part(change.key[i], field(described().record, key[i]), event.record, *symbol);
      if (!part) return;
      heard.key_fields.push_back(*part);
    }
    out_.changes.push_back(std::move(heard));
  }

  std::optional<uint32_t> key_part(const ast::Binding& binding, const abi::Field& key, TypeId event,
                                   const Symbol& symbol) {
    const ast::Name& named = binding.field ? *binding.field : binding.name;
    std::vector<std::string> names;
    for (const abi::Field& each : context_.types[event].fields) names.push_back(each.name);
    const auto found = std::ranges::find(names, named.text);
    if (found == names.end()) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownField, named.span, {symbol.name, named.text}),
                      named.span, named.text, names)
          .label(symbol.span, "declared here");
      return std::nullopt;
    }
    if (binding.field && binding.name.text != key.name) {
      unfit(binding.name.span,
            fmt::format("`{}` stands where its key has `{}`", binding.name.text, key.name));
      return std::nullopt;
    }
    const auto at = static_cast<uint32_t>(found - names.begin());
    const TypeId type = field(event, at).type;
    if (type != key.type && type != abi::kNoType && key.type != abi::kNoType) {
      unfit(named.span, fmt::format("`{}` is {}, and its key `{}` is {}", named.text,
                                    context_.type_name(type), key.name, context_.type_name(key.type)));
      return std::nullopt;
    }
    return at;
  }

  void unfit(Span span, const std::string& why) {
    context_.emit(DiagnosticKind::ChangeKeyUnfit, span, {view_name(), why})
        .label(context_.views[out_.view].tree->name.span, "the view is declared here")
        .note(
            "name the event's fields that hold the view's key, in its order: `on EVENT(FIELD)`, or `on "
            "EVENT(KEY: FIELD)`");
  }

  // ---------------------------------------------------------------- what the other system has

  void compare(const ast::QualifiedName& name) {
    const Symbol* symbol = require_symbol(context_, module_, name.text(), name.span, SymbolKind::View);
    if (!symbol) return;
    const abi::View& there = context_.program.abi.views[symbol->index];
    delivery_.require_system_of("view " + symbol->name, name.span, symbol->span, there.system,
                                delivery_.to());
    if (!delivery_.made()) return;
    typed_.there = delivery_.scope().hidden(symbol->name, there.record, name.span);
    if (!key_of_other(there, name.span, *symbol)) return;
    ExprPtr same;
    for (uint32_t i = 0; i < there.fields.size(); ++i) {
      const bool key = std::ranges::find(there.key, i) != there.key.end();
      if (key || field(there.record, i).advice) continue;
      ExprPtr ours = made_field(field(there.record, i).name);
      if (!ours) continue;
      ExprPtr theirs = make_expr(name.span, there.record, LocalRef{typed_.there});
      theirs = make_expr(name.span, field(there.record, i).type, FieldOf{std::move(theirs), i});
      ExprPtr one = delivery_.expressions().equal(name.span, std::move(ours), std::move(theirs));
      if (is_invalid(*one)) return;
      same = same ? make_operation(name.span, context_.types.bool_type(), Operator::And, std::move(same),
                                   std::move(one))
                  : std::move(one);
    }
    if (!same) {
      context_
          .emit(DiagnosticKind::ComparesNothing, name.span,
                {context_.type_name(delivery_.made_type()), symbol->name})
          .label(symbol->span, "declared here")
          .note("what is compared are the fields of one name");
      return;
    }
    typed_.same = std::move(same);
    out_.comparison = abi::Sync::Comparison{.view = symbol->index, .key_machine = 0, .same_machine = 0};
  }

  // The field of this name of what the mapping makes; null: it has none.
  ExprPtr made_field(const std::string& name) const {
    const auto& fields = context_.types[delivery_.made_type()].fields;
    const auto found = std::ranges::find(fields, name, &abi::Field::name);
    if (found == fields.end()) return nullptr;
    const TypeId type = found->type;
    ExprPtr made = delivery_.made();
    const Span span = made->span;
    return make_expr(span, type, FieldOf{std::move(made), static_cast<uint32_t>(found - fields.begin())});
  }

  bool key_of_other(const abi::View& there, Span span, const Symbol& symbol) {
    MakeRecord key;
    std::vector<abi::Field> cells;
    const std::string made = context_.type_name(delivery_.made_type());
    for (const uint32_t part : there.key) {
      const abi::Field wanted = field(there.record, part);
      ExprPtr value = made_field(wanted.name);
      if (!value || value->type != wanted.type) {
        context_
            .emit(DiagnosticKind::ComparesKeyMissing, span,
                  {symbol.name, wanted.name,
                   value ? fmt::format("which is {} there and {} in {}", context_.type_name(wanted.type),
                                       context_.type_name(value->type), made)
                         : fmt::format("and {} has no such field", made)})
            .label(symbol.span, "declared here");
        return false;
      }
      cells.push_back({.name = wanted.name, .type = wanted.type});
      key.fields.push_back(std::move(value));
    }
    const TypeId type = context_.types.record(symbol.name + " key", std::move(cells));
    typed_.key = make_expr(span, type, std::move(key));
    return true;
  }

  // ---------------------------------------------------------------- all of them

  void reconcile(const ast::SyncDecl::Reconcile& tree) {
    auto& out = out_.reconciliation;
    describe_recurrence(context_, module_, tree.rule, out.rule, out.calendar);
    const std::string name = tree.over.operation.text();
    const Symbol* symbol =
        require_symbol(context_, module_, name, tree.over.operation.span, SymbolKind::Operation);
    if (!symbol) return;
    const OperationInfo& operation = context_.operations[symbol->index];
    const abi::Operation& read = context_.program.abi.operations[symbol->index];
    const bool reads = operation.tree->operation_class == ast::OperationDecl::Class::Read;
    if (!reads || !read.result_many || read.result_view != out_.view) {
      context_.emit(DiagnosticKind::ReconcileNoList, tree.over.operation.span, {name, view_name()})
          .label(symbol->span, "declared here")
          .note(fmt::format("it is a read that gives `list of {}`", view_name()));
      return;
    }
    out.operation = symbol->index;
    std::vector<Local> locals;
    Scope scope(context_, locals);
    Expressions expressions(context_, module_, scope);
    const std::vector<ExprPtr> given =
        expressions.arguments(name, tree.over.span, tree.over.arguments, operation.parameters, symbol->span);
    const ExprPtr payload = payload_of(context_, scope, symbol->index, given, tree.over.span);
    if (is_invalid(*payload)) return;
    if (!is_plain(*payload)) {
      context_.emit(DiagnosticKind::ReconcileValueComputed, tree.over.span)
          .label(symbol->span, "what this sends is computed, or what it is given");
      return;
    }
    abi::Arena arena;
    const auto cell = plain_value(context_.program.abi.types, *payload, arena);
    if (!cell) {
      context_.emit(DiagnosticKind::NumberTooLarge, tree.over.span, {context_.type_name(payload->type)});
      return;
    }
    out.arguments = abi::value_to_json(context_.program.abi.types, payload->type, arena, *cell);
  }

  Context& context_;
  uint32_t module_;
  const ast::SyncDecl& tree_;
  Delivery& typed_;
  abi::Sync& out_;
  DeliveryDescriber delivery_;
};

}  // namespace

void describe_routes(Context& context) {
  for (uint32_t i = 0; i < context.routes.size(); ++i) describe_route(context, i);
  for (uint32_t i = 0; i < context.syncs.size(); ++i) SyncDescriber(context, i).run();
}

}  // namespace endcap::sema
