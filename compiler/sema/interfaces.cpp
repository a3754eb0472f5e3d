// Interfaces: see interfaces.h. Nothing is computed when a partner calls: what it sends is checked, and given
// on.
#include "compiler/sema/interfaces.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/expressions.h"
#include "compiler/sema/names.h"
#include "compiler/sema/plain.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/starts.h"
#include "compiler/sema/systems.h"
#include "runtime/abi/value_json.h"

namespace endcap::sema {
namespace {

using InboundWhat = abi::Interface::Operation::What;
using InboundArgument = abi::Interface::Operation::Argument;

// The value under what makes it fit: a scale, bounds, an optional around it.
const Expr& unwrapped(const Expr& value) {
  const Expr* inner = &value;
  while (true) {
    if (const auto* optional = std::get_if<MakeOptional>(&inner->node); optional && optional->value) {
      inner = optional->value.get();
    } else if (const auto* made = std::get_if<Operation>(&inner->node);
               made && (made->op == Operator::Bounded || made->op == Operator::Rescale)) {
      inner = made->operands.front().get();
    } else {
      return *inner;
    }
  }
}

class InboundDescriber {
 public:
  InboundDescriber(Context& context, uint32_t interface, const ast::InterfaceDecl::Operation& tree)
      : context_(context),
        module_(context.interfaces[interface].module),
        tree_(tree),
        partner_(context.program.abi.interfaces[interface].partner),
        scope_(context, locals_),
        expressions_(context, module_, scope_) {
    out_.name = tree.name.text;
    out_.what =
        tree.what == ast::InterfaceDecl::Operation::What::Sends ? InboundWhat::Sends : InboundWhat::Starts;
  }

  abi::Interface::Operation run() {
    for (const ast::Parameter& parameter : tree_.parameters) declare(parameter);
    std::vector<abi::Field> fields;
    for (size_t i = 0; i < tree_.parameters.size(); ++i)
      fields.push_back({.name = tree_.parameters[i].name.text, .type = types_[i]});
    if (std::ranges::find(types_, abi::kNoType) == types_.end())
      out_.parameters = context_.types.record(tree_.name.text, std::move(fields));
    scope();
    if (out_.what == InboundWhat::Sends) {
      sends();
    } else {
      starts();
    }
    return std::move(out_);
  }

 private:
  // A view is given by its key, under its own name, and stands for that.
  void declare(const ast::Parameter& parameter) {
    TypeId type = resolve_type(context_, module_, parameter.type.get());
    if (type != abi::kNoType) {
      const auto view = context_.view_of(type);
      const auto& key = view ? context_.program.abi.views[*view].key : std::vector<uint32_t>{};
      if (key.size() == 1) type = context_.types[type].fields[key.front()].type;
      if (!is_single(context_.types.inside(type))) {
        auto& diagnostic = context_.emit(DiagnosticKind::InterfaceParameterType, parameter.type->span,
                                         {parameter.name.text, context_.type_name(type)});
        if (view) diagnostic.note("its key has several fields: let each of them be sent");
        type = abi::kNoType;
      }
    }
    types_.push_back(type);
    parameters_.push_back(scope_.declare(parameter.name, type));
  }

  bool is_single(TypeId type) const {
    return context_.types.is_key(type) && context_.types.kind(type) != Kind::Duration;
  }

  void scope() {
    const TypeId by = context_.program.abi.partners[partner_].scope;
    const ast::Name& partner = *context_.partners[partner_].name;
    if (!tree_.scope) {
      if (by != abi::kNoType)
        context_.emit(DiagnosticKind::InterfaceScopeMissing, tree_.name.span, {tree_.name.text, partner.text})
            .label(partner.span, "it is narrowed here")
            .note("write `for` and the parameter that names for whom it is, behind the parameters");
      return;
    }
    std::vector<std::string> names;
    for (const ast::Parameter& parameter : tree_.parameters) names.push_back(parameter.name.text);
    const auto found = std::ranges::find(names, tree_.scope->text);
    if (found == names.end()) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownParameter, tree_.scope->span,
                                    {tree_.name.text, tree_.scope->text}),
                      tree_.scope->span, tree_.scope->text, names);
      return;
    }
    if (by == abi::kNoType) {
      context_.emit(DiagnosticKind::PartnerNotNarrowed, tree_.scope->span, {partner.text})
          .label(partner.span, "declared here")
          .note("say by what: `partner " + partner.text + " by Text(10)`, or another type");
      return;
    }
    const auto index = static_cast<uint32_t>(found - names.begin());
    if (types_[index] != abi::kNoType && types_[index] != by) {
      context_
          .emit(DiagnosticKind::TypeMismatch, tree_.scope->span,
                {context_.type_name(by), context_.type_name(types_[index])})
          .label(partner.span, "the partner is narrowed by that");
      return;
    }
    out_.scope = index;
  }

  void sends() {
    const std::string name = tree_.call.operation.text();
    const Symbol* symbol =
        require_symbol(context_, module_, name, tree_.call.operation.span, SymbolKind::Event);
    if (!symbol) return;
    out_.target = symbol->index;
    std::vector<Parameter> fields;
    for (const abi::Field& field : context_.types[context_.program.abi.events[symbol->index].record].fields)
      fields.push_back({.name = field.name, .type = field.type, .span = symbol->span});
    give(name, fields, symbol->span);
  }

  void starts() {
    const std::string name = tree_.call.operation.text();
    const Span at = tree_.call.operation.span;
    const Symbol* symbol = require_symbol(context_, module_, name, at, SymbolKind::Workflow);
    if (!symbol) return;
    out_.target = symbol->index;
    const WorkflowInfo& started = context_.workflows[symbol->index];
    if (started.tree->key.empty()) {  // one with a version and no key is told where it stands
      if (context_.program.abi.workflows[symbol->index].only_run)
        context_.emit(DiagnosticKind::NotStartable, at, {name})
            .label(symbol->span, "declared here, without a key");
      return;
    }
    give(name, start_values(context_, symbol->index), started.name().span);
  }

  void give(const std::string& name, const std::vector<Parameter>& wanted, Span declared) {
    const auto values = expressions_.arguments(name, tree_.call.span, tree_.call.arguments, wanted, declared);
    for (size_t i = 0; i < values.size(); ++i)
      out_.arguments.push_back(argument(*values[i], wanted[i], declared).value_or(InboundArgument{}));
  }

  std::optional<InboundArgument> argument(const Expr& value, const Parameter& wanted, Span declared) {
    if (is_invalid(value)) return std::nullopt;
    if (const auto* none = std::get_if<MakeOptional>(&value.node); none && !none->value)
      return InboundArgument{};
    if (const auto* local = std::get_if<LocalRef>(&unwrapped(value).node)) {
      const auto found = std::ranges::find(parameters_, local->local);
      const auto index = static_cast<uint32_t>(found - parameters_.begin());
      // Bounds are checked where the value comes in, and so it must come in with them.
      const TypeId inside = context_.types.inside(wanted.type), given = context_.types.inside(types_[index]);
      if (context_.types.is_refined(inside) && given != inside) {
        context_
            .emit(DiagnosticKind::TypeMismatch, value.span,
                  {context_.type_name(wanted.type), context_.type_name(types_[index])})
            .label(declared, fmt::format("`{}` is {}", wanted.name, context_.type_name(wanted.type)));
        return std::nullopt;
      }
      return InboundArgument{index, {}};
    }
    if (!is_plain(value)) {
      context_.emit(DiagnosticKind::InterfaceValueComputed, value.span)
          .note("let the partner send it, or compute it in the workflow");
      return std::nullopt;
    }
    abi::Arena arena;
    const auto cell = plain_value(context_.program.abi.types, value, arena);
    if (!cell) {
      context_.emit(DiagnosticKind::NumberTooLarge, value.span, {context_.type_name(value.type)});
      return std::nullopt;
    }
    return InboundArgument{std::nullopt,
                           abi::value_to_json(context_.program.abi.types, value.type, arena, *cell)};
  }

  Context& context_;
  uint32_t module_;
  const ast::InterfaceDecl::Operation& tree_;
  uint32_t partner_;
  abi::Interface::Operation out_;
  std::vector<Local> locals_;
  Scope scope_;
  Expressions expressions_;
  std::vector<TypeId> types_;        // of the parameters; kNoType: told
  std::vector<LocalId> parameters_;  // in their order
};

class InterfaceDescriber {
 public:
  InterfaceDescriber(Context& context, uint32_t index)
      : context_(context),
        index_(index),
        module_(context.interfaces[index].module),
        tree_(*context.interfaces[index].tree) {}

  void run() {
    unique();
    dates();
    quota();
    const Symbol* partner =
        require_symbol(context_, module_, tree_.partner.text, tree_.partner.span, SymbolKind::Partner);
    if (!partner) return;
    out().partner = partner->index;
    std::map<std::string, Span> seen;
    for (const auto& operation : tree_.operations) {
      const auto [first, fresh] = seen.try_emplace(operation.name.text, operation.name.span);
      if (!fresh)
        context_.emit(DiagnosticKind::DuplicateName, operation.name.span, {operation.name.text})
            .label(first->second, "declared here first");
      abi::Interface::Operation described = InboundDescriber(context_, index_, operation).run();
      out().operations.push_back(std::move(described));
    }
  }

 private:
  abi::Interface& out() { return context_.program.abi.interfaces[index_]; }

  // Partners know an interface by its name and version, whatever module it stands in.
  void unique() {
    for (uint32_t i = 0; i < index_; ++i) {
      const InterfaceInfo& other = context_.interfaces[i];
      if (other.tree->name.text != tree_.name.text) continue;
      if (other.module != module_) {
        context_.emit(DiagnosticKind::DuplicateName, tree_.name.span, {tree_.name.text})
            .label(other.tree->name.span, "it is in this module already")
            .note("partners know an interface by its name: its versions stand in one module");
        return;
      }
      if (other.tree->version != tree_.version) continue;
      context_
          .emit(DiagnosticKind::InterfaceVersionTwice, tree_.version_span,
                {tree_.name.text, std::to_string(tree_.version)})
          .label(other.tree->version_span, "here first");
    }
  }

  void dates() {
    if (!tree_.deprecated) return;
    const auto from = date(tree_.deprecated->from, tree_.deprecated->from_span),
               until = date(tree_.deprecated->until, tree_.deprecated->until_span);
    if (!from || !until) return;
    if (*until <= *from)
      context_.emit(DiagnosticKind::InterfaceDates, tree_.deprecated->until_span,
                    {tree_.name.text, std::to_string(tree_.version)});
    const auto& calendar = context_.modules[module_].calendar;
    const std::string zone = calendar ? context_.program.abi.calendars[*calendar].zone : "UTC";
    out().deprecated = instant_of(*from, 0, zone).value();
    out().until = instant_of(*until, 0, zone).value();
    const bool newest = std::ranges::none_of(context_.interfaces, [&](const InterfaceInfo& other) {
      return other.tree->name.text == tree_.name.text && other.tree->version > tree_.version;
    });
    if (newest)
      context_.emit(DiagnosticKind::InterfaceNewestDeprecated, tree_.version_span, {tree_.name.text})
          .note("partners can go nowhere: declare the version that takes its place");
  }

  std::optional<Date> date(const std::string& text, Span span) {
    const auto date = date_from_text(text);
    if (!date) context_.emit(DiagnosticKind::BadLiteral, span, {text, "date"});
    return date ? std::optional(*date) : std::nullopt;
  }

  void quota() {
    if (!tree_.quota) {
      context_
          .emit(DiagnosticKind::InterfaceQuotaMissing, tree_.name.span,
                {tree_.name.text, std::to_string(tree_.version)})
          .note("write how much one partner may ask for: `quota 600 per hour`");
      return;
    }
    static const std::map<std::string, Duration> kPeriods{
        {"s", kSecond}, {"min", kMinute}, {"hour", kHour}, {"day", kDay}};
    const auto period = kPeriods.find(tree_.quota->per.text);
    if (period == kPeriods.end()) {
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownUnit, tree_.quota->per.span, {tree_.quota->per.text}),
          tree_.quota->per.span, tree_.quota->per.text, {"s", "min", "hour", "day"});
      return;
    }
    if (tree_.quota->count == 0)
      context_.emit(DiagnosticKind::LimitZero, tree_.quota->span, {tree_.name.text, "quota"});
    out().quota_count = tree_.quota->count;
    out().quota_period = period->second;
  }

  Context& context_;
  uint32_t index_;
  uint32_t module_;
  const ast::InterfaceDecl& tree_;
};

// An event that a partner sends and no workflow hears is an operation without any effect.
void tell_unheard(Context& context) {
  const std::set<uint32_t> heard = heard_events(context.program);
  for (uint32_t i = 0; i < context.interfaces.size(); ++i) {
    const auto& described = context.program.abi.interfaces[i].operations;
    for (size_t k = 0; k < described.size(); ++k) {
      if (described[k].what != InboundWhat::Sends || heard.contains(described[k].target)) continue;
      const auto& tree = context.interfaces[i].tree->operations[k];
      context.emit(DiagnosticKind::InterfaceEventNotHeard, tree.call.operation.span,
                   {tree.name.text, tree.call.operation.text()});
    }
  }
}

}  // namespace

void describe_partners(Context& context) {
  for (uint32_t i = 0; i < context.partners.size(); ++i) {
    const PartnerInfo& info = context.partners[i];
    for (uint32_t k = 0; k < i; ++k) {
      const PartnerInfo& other = context.partners[k];
      if (other.module != info.module && other.name->text == info.name->text)
        context.emit(DiagnosticKind::DuplicateName, info.name->span, {info.name->text})
            .label(other.name->span, "it is in this module already")
            .note("endcap.toml knows partners by their names: declare it once, and `use` its module");
    }
    if (!info.tree->by) continue;
    const TypeId by = resolve_type(context, info.module, info.tree->by.get());
    if (by == abi::kNoType) continue;
    const auto& types = context.types;
    if (types.is(by, Kind::Text) || types.is(by, Kind::Int) || types.is(by, Kind::Enum)) {
      context.program.abi.partners[i].scope = by;
    } else if (info.name == &info.tree->partners.front()) {
      context.emit(DiagnosticKind::PartnerScopeType, info.tree->by->span, {context.type_name(by)});
    }
  }
}

void describe_interfaces(Context& context) {
  for (uint32_t i = 0; i < context.interfaces.size(); ++i) InterfaceDescriber(context, i).run();
  if (!context.diagnostics.has_errors()) tell_unheard(context);
}

void compare_partners(Context& context) {
  std::vector<std::string> declared;
  for (const abi::Partner& partner : context.program.abi.partners) declared.push_back(partner.name);
  if (declared.empty()) return;
  for (const PartnerConfig& config : context.project.partners) {
    const auto found = std::ranges::find(declared, config.partner);
    if (found == declared.end()) {
      with_suggestion(context.emit(DiagnosticKind::PartnerNotDeclared, config.partner_span, {config.partner}),
                      config.partner_span, config.partner, declared);
      continue;
    }
    const TypeId by = context.program.abi.partners[static_cast<size_t>(found - declared.begin())].scope;
    if (by == abi::kNoType) continue;
    if (config.scopes.empty())
      context.emit(DiagnosticKind::PartnerWithoutScope, config.span, {config.name, config.partner})
          .note("say in endcap.toml what for: `for = [\"...\"]`, or `for = [\"*\"]` for all");
    for (const auto& [scope, span] : config.scopes) {
      if (scope != "*" && !can_read(context.types[by], scope))
        context.emit(DiagnosticKind::PartnerScopeUnknown, span, {config.name, scope, context.type_name(by)});
    }
  }
}

}  // namespace endcap::sema
