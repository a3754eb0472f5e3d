// From what a policy's rows say to the facts record they look at.
#include <algorithm>

#include "compiler/sema/policies.h"

namespace endcap::sema {
namespace {

constexpr size_t kWrittenOutMax = 4'000;  // nodes: functions called from functions multiply

}  // namespace

FactsBuilder::FactsBuilder(Context& context, PolicyId policy) : context_(context), policy_(policy) {}

std::optional<FactsBuilder::Path> FactsBuilder::path_of(const Expr& expr) const {
  if (const auto* local = std::get_if<LocalRef>(&expr.node)) {
    const auto& parameters = context_.policies[policy_.index].parameters;
    for (uint32_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i].local == local->local) return Path{i, {}};
    }
    return std::nullopt;
  }
  const auto* field = std::get_if<FieldOf>(&expr.node);
  auto path = field ? path_of(*field->record) : std::nullopt;
  if (path) path->fields.push_back(field->field);
  return path;
}

TypeId FactsBuilder::type_at(const Path& path, size_t length) const {
  TypeId type = context_.policies[policy_.index].parameters[path.parameter].type;
  for (size_t i = 0; i < length; ++i) type = context_.types[type].fields[path.fields[i]].type;
  return type;
}

std::string FactsBuilder::name_of(const Path& path) const {
  std::string name = context_.policies[policy_.index].parameters[path.parameter].name;
  for (size_t i = 0; i < path.fields.size(); ++i)
    name += "." + context_.types[type_at(path, i)].fields[path.fields[i]].name;
  return name;
}

uint32_t FactsBuilder::add(const Path& path, TypeId type) {
  auto& facts = context_.policies[policy_.index].facts;
  for (uint32_t i = 0; i < facts.size(); ++i) {
    if (facts[i].parameter == path.parameter && facts[i].path == path.fields) return i;
  }
  facts.push_back({path.parameter, path.fields});
  fields_.push_back({.name = name_of(path), .type = type});
  return static_cast<uint32_t>(facts.size() - 1);
}

ExprPtr FactsBuilder::fact(const Path& path, const Expr& expr) {
  const uint32_t index = add(path, expr.type);
  const TypeId facts = context_.policies[policy_.index].facts_type;
  ExprPtr record = make_expr(expr.span, facts, LocalRef{context_.program.policies[policy_.index].facts});
  return make_expr(expr.span, expr.type, FieldOf{std::move(record), index});
}

// The function's body with its arguments in place of its parameters, and its own variables among the
// policy's.
ExprPtr FactsBuilder::write_out(const CallFunction& call) {
  const Function& function = context_.program.functions[call.function.index];
  std::map<LocalId, LocalId> renamed;
  auto& locals = context_.program.policies[policy_.index].locals;
  const auto rename = [&](LocalId local) {
    const auto [found, fresh] = renamed.try_emplace(local, LocalId(locals.size()));
    if (fresh) locals.push_back(function.locals[local.index]);
    return found->second;
  };
  const auto replace = [&](const Expr& expr) -> ExprPtr {
    if (++written_out_ > kWrittenOutMax) return invalid(expr.span);
    const auto* local = std::get_if<LocalRef>(&expr.node);
    if (!local) return nullptr;
    const auto parameter = std::ranges::find(function.parameters, local->local);
    if (parameter == function.parameters.end()) return nullptr;
    return clone(*call.arguments[static_cast<size_t>(parameter - function.parameters.begin())]);
  };
  return clone(*function.body, replace, rename);
}

ExprPtr FactsBuilder::substitute(const Expr& expr) {
  if (const auto* call = std::get_if<CallFunction>(&expr.node)) {
    const bool whole = std::ranges::any_of(call->arguments, [&](const ExprPtr& argument) {
      return context_.types.is(argument->type, Kind::Record) && path_of(*argument);
    });
    // What a yes or no is made of is proved; a function can't be looked into.
    if (!whole && !context_.types.is(expr.type, Kind::Bool)) return nullptr;
    if (written_out_ > kWrittenOutMax) return invalid(expr.span);
    ExprPtr body = write_out(*call);
    if (written_out_ > kWrittenOutMax) {
      context_.emit(DiagnosticKind::PolicyTooLarge, context_.program.policies[policy_.index].span,
                    {context_.program.policies[policy_.index].name});
      return invalid(expr.span);
    }
    rewrite(body);
    return body;
  }
  const auto path = path_of(expr);
  if (!path) return nullptr;
  if (!context_.types.is(expr.type, Kind::Record)) return fact(*path, expr);
  context_
      .emit(DiagnosticKind::PolicyUsesWhole, expr.span,
            {context_.program.policies[policy_.index].name, name_of(*path)})
      .note("compare fields of it: what a policy looks at is recorded with the grant, field by field");
  return invalid(expr.span);
}

void FactsBuilder::rewrite(ExprPtr& expr) {
  expr = clone(*expr, [&](const Expr& inner) { return substitute(inner); });
}

void FactsBuilder::finish() {
  struct Reread {
    Path parent;
    uint32_t view;
    std::vector<std::pair<uint32_t, uint32_t>> facts;
  };
  std::vector<Reread> rereads;
  const std::vector<Fact> used = context_.policies[policy_.index].facts;
  for (uint32_t i = 0; i < used.size(); ++i) {
    if (used[i].path.empty()) continue;
    const Path whole{used[i].parameter, used[i].path};
    Path parent = whole;
    parent.fields.pop_back();
    const auto view = context_.view_of(type_at(whole, whole.fields.size() - 1));
    // The time of the reading is no fact of the business.
    if (!view || whole.fields.back() >= context_.program.abi.views[*view].fields.size()) continue;
    auto same = std::ranges::find_if(rereads, [&](const Reread& r) {
      return r.parent.parameter == parent.parameter && r.parent.fields == parent.fields;
    });
    if (same == rereads.end()) same = rereads.insert(rereads.end(), {parent, *view, {}});
    const auto& key = context_.program.abi.views[*view].key;
    if (std::ranges::find(key, whole.fields.back()) == key.end())
      same->facts.emplace_back(i, whole.fields.back());
  }
  abi::Policy& policy = context_.program.abi.policies[policy_.index];
  for (const Reread& reread : rereads) {
    if (reread.facts.empty()) continue;
    abi::Policy::Recheck recheck{.view = reread.view, .facts = reread.facts};
    for (uint32_t key : context_.program.abi.views[reread.view].key) {
      Path path = reread.parent;
      path.fields.push_back(key);
      recheck.key_facts.push_back(add(path, type_at(path, path.fields.size())));
    }
    policy.rechecks.push_back(std::move(recheck));
  }
  const TypeId type = context_.policies[policy_.index].facts_type;
  context_.types.reserved(type).fields = fields_;
  policy.facts = type;
}

ExprPtr facts_of(Context& context, PolicyId id, const OperationInfo& operation,
                 const std::vector<ExprPtr>& arguments, Span span) {
  const PolicyInfo& policy = context.policies[id.index];
  MakeRecord record;
  for (const Fact& fact : policy.facts) {
    const std::string& name = policy.parameters[fact.parameter].name;
    const auto parameter = std::ranges::find(operation.parameters, name, &Parameter::name);
    if (parameter == operation.parameters.end())
      return invalid(span);  // told where the policy names the operation
    ExprPtr value = clone(*arguments[static_cast<size_t>(parameter - operation.parameters.begin())]);
    for (uint32_t field : fact.path) {
      const TypeId type = context.types[value->type].fields[field].type;
      value = make_expr(span, type, FieldOf{std::move(value), field});
    }
    record.fields.push_back(std::move(value));
  }
  return make_expr(span, policy.facts_type, std::move(record));
}

}  // namespace endcap::sema
