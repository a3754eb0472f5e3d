// Several policies that govern one operation are asked as one: its rows are theirs multiplied, and a write is
// granted where all grant it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/sema/policies.h"

namespace endcap::sema {
namespace {

using Verdict = abi::PolicyRow::Verdict;

constexpr size_t kJointRowsMax = 400;
constexpr size_t kCountedMax = 1'000'000;  // far from where the product of two counts overflows

// What two rows that hold together say: the stricter of the two. Advice needs the leave of both.
abi::PolicyRow together(const abi::PolicyRow& a, const abi::PolicyRow& b) {
  const auto either = [&](Verdict verdict) { return a.verdict == verdict || b.verdict == verdict; };
  abi::PolicyRow both{.verdict = Verdict::Permit, .roles = {}, .reason = a.reason};
  if (!a.reason.empty() && !b.reason.empty()) both.reason += "; ";
  both.reason += b.reason;
  if (either(Verdict::Forbid)) {
    both.verdict = Verdict::Forbid;
    return both;
  }
  if (either(Verdict::Approval)) {
    both.verdict = Verdict::Approval;
  } else if (a.verdict == Verdict::PermitAdvice && b.verdict == Verdict::PermitAdvice) {
    both.verdict = Verdict::PermitAdvice;
  }
  both.roles = a.roles;
  for (const uint32_t role : b.roles) {
    if (std::ranges::find(a.roles, role) == a.roles.end()) both.roles.push_back(role);
  }
  both.budgets = a.budgets;
  both.budgets.insert(both.budgets.end(), b.budgets.begin(), b.budgets.end());
  return both;
}

bool asks(const abi::Policy& policy, uint32_t role) {
  return std::ranges::any_of(policy.rows, [&](const abi::PolicyRow& row) {
    return std::ranges::find(row.roles, role) != row.roles.end();
  });
}

bool lets_stand_in(const abi::Policy& policy, const abi::Policy::StandIn& wanted) {
  return std::ranges::any_of(policy.stand_ins, [&](const abi::Policy::StandIn& each) {
    return each.stand_in == wanted.stand_in && each.role == wanted.role;
  });
}

class JointPolicy {
 public:
  JointPolicy(Context& context, const std::vector<PolicyId>& members)
      : context_(context), members_(members), index_(static_cast<uint32_t>(context.policies.size())) {}

  PolicyId make() {
    std::vector<std::string> names;
    for (const PolicyId member : members_) names.push_back(policy(member).name);
    policy_.name = described_.name = fmt::format("{}", fmt::join(names, ", "));
    policy_.index = index_;
    policy_.span = policy(members_.front()).span;
    info_.facts_type = context_.types.reserve(Kind::Record, policy_.name + " facts");
    policy_.facts = LocalId(0);
    policy_.locals.push_back({.name = "facts", .type = info_.facts_type, .span = policy_.span});
    for (const PolicyId member : members_) join(member);
    context_.types.reserved(info_.facts_type).fields = fields_;
    described_.facts = info_.facts_type;
    rows();
    stand_ins();
    context_.policies.push_back(std::move(info_));
    context_.program.policies.push_back(std::move(policy_));
    context_.program.abi.policies.push_back(std::move(described_));
    return PolicyId(index_);
  }

 private:
  // A policy among the others: where its facts, its locals and its rows stand in theirs.
  struct Member {
    std::vector<uint32_t> facts;
    size_t locals = 0;
  };

  const Policy& policy(PolicyId id) const { return context_.program.policies[id.index]; }
  const abi::Policy& described(PolicyId id) const { return context_.program.abi.policies[id.index]; }

  void join(PolicyId id) {
    Member& member = joined_.emplace_back();
    member.facts = facts(context_.policies[id.index]);
    member.locals = policy_.locals.size();
    policy_.of.push_back(id.index);
    const Policy& written = policy(id);
    policy_.locals.insert(policy_.locals.end(), written.locals.begin(), written.locals.end());
    for (const auto& [local, value] : written.lets)
      policy_.lets.emplace_back(LocalId(member.locals + local.index), moved(member, written, *value));
    for (const abi::Policy::Recheck& recheck : described(id).rechecks) read_again(member, recheck);
  }

  // What both look at is one fact.
  std::vector<uint32_t> facts(const PolicyInfo& written) {
    std::vector<uint32_t> moved;
    for (size_t i = 0; i < written.facts.size(); ++i) {
      const Parameter& parameter = written.parameters[written.facts[i].parameter];
      auto known = std::ranges::find(info_.parameters, parameter.name, &Parameter::name);
      if (known == info_.parameters.end()) known = info_.parameters.insert(known, parameter);
      const Fact fact{static_cast<uint32_t>(known - info_.parameters.begin()), written.facts[i].path};
      const auto same = std::ranges::find_if(info_.facts, [&](const Fact& each) {
        return each.parameter == fact.parameter && each.path == fact.path;
      });
      moved.push_back(static_cast<uint32_t>(same - info_.facts.begin()));
      if (same != info_.facts.end()) continue;
      info_.facts.push_back(fact);
      fields_.push_back(context_.types[written.facts_type].fields[i]);
    }
    return moved;
  }

  ExprPtr moved(const Member& member, const Policy& written, const Expr& expr) const {
    const auto fact = [&](const Expr& inner) -> ExprPtr {
      const auto* field = std::get_if<FieldOf>(&inner.node);
      const auto* record = field ? std::get_if<LocalRef>(&field->record->node) : nullptr;
      if (!record || record->local != written.facts) return nullptr;
      ExprPtr facts = make_expr(inner.span, info_.facts_type, LocalRef{policy_.facts});
      return make_expr(inner.span, inner.type, FieldOf{std::move(facts), member.facts[field->field]});
    };
    return clone(expr, fact, [&](LocalId local) { return LocalId(member.locals + local.index); });
  }

  void read_again(const Member& member, const abi::Policy::Recheck& written) {
    abi::Policy::Recheck recheck{.view = written.view, .key_facts = {}, .facts = {}};
    for (const uint32_t key : written.key_facts) recheck.key_facts.push_back(member.facts[key]);
    auto same = std::ranges::find_if(described_.rechecks, [&](const abi::Policy::Recheck& each) {
      return each.view == recheck.view && each.key_facts == recheck.key_facts;
    });
    if (same == described_.rechecks.end()) same = described_.rechecks.insert(same, std::move(recheck));
    for (const auto& [fact, field] : written.facts) {
      const std::pair moved(member.facts[fact], field);
      if (std::ranges::find(same->facts, moved) == same->facts.end()) same->facts.push_back(moved);
    }
  }

  // Every choice of one row from each, those of the last policy changing fastest: as each policy decides
  // every case once, so do all of them.
  void rows() {
    std::vector<uint32_t> chosen(members_.size());
    do {
      add_row(chosen);
    } while (next(chosen));
  }

  bool next(std::vector<uint32_t>& chosen) const {
    for (size_t i = chosen.size(); i-- > 0;) {
      if (++chosen[i] < described(members_[i]).rows.size()) return true;
      chosen[i] = 0;
    }
    return false;
  }

  uint32_t place(const std::vector<uint32_t>& chosen) const {
    size_t place = 0;
    for (size_t i = 0; i < chosen.size(); ++i) place = place * described(members_[i]).rows.size() + chosen[i];
    return static_cast<uint32_t>(place);
  }

  void add_row(const std::vector<uint32_t>& chosen) {
    Policy::Row row{nullptr, policy(members_.front()).rows[chosen.front()].span};
    std::optional<abi::PolicyRow> verdict;
    for (size_t i = 0; i < members_.size(); ++i) {
      const Policy& written = policy(members_[i]);
      row.of.emplace_back(members_[i].index, chosen[i]);
      if (const ExprPtr& condition = written.rows[chosen[i]].condition) {
        ExprPtr holds = moved(joined_[i], written, *condition);
        row.condition = row.condition ? both(std::move(row.condition), std::move(holds)) : std::move(holds);
      }
      const abi::PolicyRow own = row_of(i, chosen);
      verdict = verdict ? together(*verdict, own) : own;
    }
    policy_.rows.push_back(std::move(row));
    described_.rows.push_back(std::move(*verdict));
  }

  static ExprPtr both(ExprPtr a, ExprPtr b) {
    const Span span = a->span;
    const TypeId type = a->type;
    Operation holds{.op = Operator::And, .operands = {}};
    holds.operands.push_back(std::move(a));
    holds.operands.push_back(std::move(b));
    return make_expr(span, type, std::move(holds));
  }

  // A row over the joint facts. What its budget does not bear is decided by its own policy's last row, beside
  // what the others say.
  abi::PolicyRow row_of(size_t member, std::vector<uint32_t> chosen) const {
    abi::PolicyRow row = described(members_[member]).rows[chosen[member]];
    for (abi::PolicyRow::Budget& budget : row.budgets) {
      budget.amount = joined_[member].facts[budget.amount];
      budget.account = joined_[member].facts[budget.account];
      chosen[member] = budget.beyond;
      budget.beyond = place(chosen);
    }
    return row;
  }

  // Somebody stands in for a role where every policy that asks it says so.
  void stand_ins() {
    for (const PolicyId from : members_) {
      for (const abi::Policy::StandIn& wanted : described(from).stand_ins) {
        const bool all = std::ranges::all_of(members_, [&](PolicyId member) {
          return !asks(described(member), wanted.role) || lets_stand_in(described(member), wanted);
        });
        if (all && !lets_stand_in(described_, wanted)) described_.stand_ins.push_back(wanted);
      }
    }
  }

  Context& context_;
  const std::vector<PolicyId>& members_;
  uint32_t index_;
  PolicyInfo info_;
  Policy policy_;
  abi::Policy described_;
  std::vector<abi::Field> fields_;
  std::vector<Member> joined_;
};

}  // namespace

void join_policies(Context& context) {
  std::map<std::vector<PolicyId>, PolicyId> joint;
  for (OperationInfo& operation : context.operations) {
    if (operation.governed_by.size() < 2) continue;
    std::vector<PolicyId> members;
    for (const Governing& each : operation.governed_by) members.push_back(each.policy);
    std::ranges::sort(members, {}, [&](PolicyId id) {
      return std::pair(context.program.policies[id.index].name, id.index);
    });
    size_t rows = 1;
    for (const PolicyId member : members)
      rows = std::min(rows * context.program.policies[member.index].rows.size(), kCountedMax);
    if (rows > kJointRowsMax || rows == 0) {
      const std::string many = rows == kCountedMax ? fmt::format("{} or more", rows) : std::to_string(rows);
      if (rows > 0)
        context.emit(DiagnosticKind::JointPolicyTooLarge, operation.governed_by.back().span,
                     {context.policy_names(members), many, std::to_string(kJointRowsMax)});
      continue;  // rows == 0: a policy without rows decides nothing, which is told where it stands
    }
    const auto [known, fresh] = joint.try_emplace(members);
    if (fresh) known->second = JointPolicy(context, members).make();
    operation.policy = known->second;
  }
}

}  // namespace endcap::sema
