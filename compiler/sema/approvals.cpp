// `approve`: what is put up for approval, under which policy, until when, and what happens then.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/passes/walk.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

// Deciders are the roles of the rows and those who stand in for them.
bool may_decide(const abi::Policy& policy, uint32_t role) {
  const auto names = [&](const abi::PolicyRow& row) {
    return std::ranges::find(row.roles, role) != row.roles.end();
  };
  return std::ranges::any_of(policy.rows, names) ||
         std::ranges::find(policy.stand_ins, role, &abi::Policy::StandIn::stand_in) != policy.stand_ins.end();
}

}  // namespace

std::optional<LocalId> WorkflowChecker::find_of_kind(const ast::Name& name, Kind kind,
                                                     DiagnosticKind unknown) {
  const auto local = scope_.find(name.text);
  if (local && scope_[*local].type == abi::kNoType) return std::nullopt;
  if (local && context_.types.is(scope_[*local].type, kind)) return local;
  std::vector<std::string> candidates;
  for (const std::string& known : scope_.names()) {
    if (context_.types.is(scope_[*scope_.find(known)].type, kind)) candidates.push_back(known);
  }
  if (const std::string* left = local ? nullptr : scope_.left(name.text)) {
    context_.emit(DiagnosticKind::OutOfScope, name.span, {name.text, *left});
    return std::nullopt;
  }
  auto& diagnostic = context_.emit(unknown, name.span, {name.text});
  if (const std::string* remedy = local ? nullptr : scope_.remedy(name.text)) {
    diagnostic.note(*remedy);
    return std::nullopt;
  }
  if (local) diagnostic.label(scope_[*local].span, "this is " + context_.type_name(scope_[*local].type));
  with_suggestion(diagnostic, name.span, name.text, candidates);
  return std::nullopt;
}

// The policies that an approval names; empty when one of them is no policy, which is told.
std::vector<PolicyId> WorkflowChecker::asked_policies(const ast::ApproveStmt& node) {
  std::vector<PolicyId> asked;
  bool sound = true;
  for (const ast::QualifiedName& name : node.policies) {
    const Symbol* symbol = require_symbol(context_, module_, name.text(), name.span, SymbolKind::Policy);
    if (!symbol) {
      sound = false;
    } else if (std::ranges::find(asked, PolicyId(symbol->index)) != asked.end()) {
      suggest_if(context_.emit(DiagnosticKind::DuplicateName, name.span, {name.text()}),
                 take_out(context_, name.span, "name it once"));
    } else {
      asked.emplace_back(symbol->index);
    }
  }
  return sound ? asked : std::vector<PolicyId>();
}

// Whoever approves sees under what: all policies of the operation are named, and no other.
void WorkflowChecker::require_governing(const ast::ApproveStmt& node, const std::vector<PolicyId>& asked,
                                        const ast::Name& proposal, LocalId local) {
  const uint32_t index = scope_[local].proposal->operation;
  const std::string& operation = context_.program.abi.operations[index].name;
  const std::vector<Governing>& governed_by = context_.operations[index].governed_by;
  if (asked.empty() || governed_by.empty()) return;
  std::vector<PolicyId> governing;
  for (const Governing& each : governed_by) governing.push_back(each.policy);
  for (const PolicyId policy : asked) {
    if (std::ranges::find(governing, policy) != governing.end()) continue;
    auto& wrong = context_
                      .emit(DiagnosticKind::WrongPolicy, proposal.span,
                            {operation, context_.policy_names(governing), context_.policy_names({policy})})
                      .label(governed_by.front().span, "governed here")
                      .label(scope_[local].span, "proposed here");
    // Which write was meant, and so under which policy, only the author knows.
    if (node.policies.size() == 1 && node.proposals.size() == 1)
      wrong.suggest({node.policies.front().span, context_.policy_names(governing),
                     "write `under " + context_.policy_names(governing) + "`", false});
    return;
  }
  for (const Governing& each : governed_by) {
    if (std::ranges::find(asked, each.policy) != asked.end()) continue;
    context_
        .emit(DiagnosticKind::PolicyNotAsked, proposal.span,
              {operation, context_.policy_names({each.policy})})
        .label(each.span, "governed here")
        .label(scope_[local].span, "proposed here")
        .note("all that govern a write must grant it: `under " + context_.policy_names(governing) + "`")
        .suggest({{proposal.span.source, node.policies.back().span.end, node.policies.back().span.end},
                  ", " + context_.policy_names({each.policy}),
                  "ask " + context_.policy_names({each.policy}) + " too",
                  true});
  }
}

std::vector<LocalId> WorkflowChecker::proposals(const ast::ApproveStmt& node,
                                                const std::vector<PolicyId>& asked) {
  std::vector<LocalId> result;
  for (const ast::Name& name : node.proposals) {
    const auto local = find_of_kind(name, Kind::Proposal, DiagnosticKind::UnknownProposal);
    if (!local) continue;
    if (std::ranges::find(result, *local) != result.end()) {
      suggest_if(context_.emit(DiagnosticKind::DuplicateName, name.span, {name.text}),
                 take_out(context_, name.span, "name it once"));
      continue;
    }
    require_governing(node, asked, name, *local);
    result.push_back(*local);
  }
  return result;
}

// Who refuses the only line rejects the whole.
void WorkflowChecker::require_lines(Span by_line, const ast::Name& grant,
                                    const std::vector<LocalId>& proposals) {
  if (proposals.size() != 1 || !scope_[proposals.front()].proposal) return;
  if (scope_[proposals.front()].proposal->for_each) return;
  context_.emit(DiagnosticKind::ByLineOfOne, by_line, {grant.text})
      .label(scope_[proposals.front()].span, "proposes one write")
      .note("leave `by line` and `on refused` out: who does not want it rejects the approval");
}

// What who decides has to give: a value of an enum, or a text. Who is told of a rejection may not be told
// why, for a policy rejects too.
abi::WaitPoint::Reasons WorkflowChecker::reasons(const ast::ApproveStmt& node) {
  abi::WaitPoint::Reasons reasons;
  for (const ast::ApproveStmt::Reason& written : node.reasons) {
    const TypeId type = resolve_type(context_, module_, written.type.get());
    if (type == abi::kNoType) continue;
    if (!context_.types.is(type, Kind::Enum) && !context_.types.is(type, Kind::Text)) {
      context_.emit(DiagnosticKind::ReasonType, written.type->span, {context_.type_name(type)})
          .note("list them in an `enum`, or say how long a text may be: `Text(200)`");
      continue;
    }
    if (written.approval) reasons.approval = type;
    if (!written.rejection) continue;
    reasons.rejection = type;
    reasons.rejected = context_.types.record("rejection", {{"reason", context_.types.optional(type)}});
  }
  return reasons;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::ApproveStmt& node) {
  const std::vector<PolicyId> asked = asked_policies(node);
  Approve approve{};
  approve.proposals = proposals(node, asked);
  if (!asked.empty()) approve.policy = asked.front();
  if (asked.size() > 1 && !approve.proposals.empty()) {
    const uint32_t operation = scope_[approve.proposals.front()].proposal->operation;
    if (const auto& joint = context_.operations[operation].policy) approve.policy = *joint;
  }
  const std::string what = "approval `" + node.grant.text + "`";
  const bool kept = keep_calendars(asked);
  approve.within = deadline(node.within, node.grant.span, what, kept);
  if (node.valid_until) {
    approve.valid_until = moment(node.valid_until);
  } else {
    context_.emit(DiagnosticKind::ValidUntilMissing, node.grant.span, {node.grant.text})
        .note("an approval does not hold for ever: say `valid until promo.end at 23:59 zone ...`");
  }
  if (node.remind_after)
    approve.remind = before_deadline(node.remind_after, approve.within.get(), "the reminder", kept);
  for (const auto& escalation : node.escalations) {
    const auto role = require_role(context_, module_, escalation.role);
    ExprPtr after = before_deadline(escalation.after, approve.within.get(),
                                    "the escalation to " + escalation.role.text, kept);
    if (role && !asked.empty() && !may_decide(context_.program.abi.policies[approve.policy.index], *role))
      context_
          .emit(DiagnosticKind::EscalationCannotDecide, escalation.role.span,
                {escalation.role.text, context_.program.policies[approve.policy.index].name})
          .note("name a role of the policy's rows, or let it `stand in` for one");
    if (role) approve.escalations.push_back({*role, std::move(after)});
  }
  approve.calendar = calendar_of(asked, approve);
  std::string identity = path(node.grant.text, node.grant.span);
  ++waits_;
  approve.by_line = node.by_line.has_value();
  if (node.by_line) require_lines(*node.by_line, node.grant, approve.proposals);
  std::vector<Cause> causes{Cause::Rejected, Cause::Expired, Cause::Changed};
  if (approve.by_line) causes.push_back(Cause::Refused);
  if (node.counter) causes.push_back(Cause::Countered), approve.counter = form(*node.counter);
  approve.reasons = reasons(node);
  approve.handlers = handlers(node.handlers,
                              {.what = what,
                               .causes = causes,
                               .required = causes,
                               .nexts = {Next::AskAgain},
                               .decided_as_a_whole = !approve.by_line,
                               .takes_no_offer = !node.counter,
                               .offered = approve.counter ? approve.counter->record : abi::kNoType,
                               .rejected = approve.reasons.rejected},
                              node.grant.span);
  approve.grant = bind_leaving(node.grant, context_.types.simple(Kind::Grant));
  scope_[approve.grant].grant_of = approve.proposals;
  scope_[approve.grant].by_line = approve.by_line;
  return make(tree.span, std::move(approve), std::move(identity));
}

// Whether each role that may be asked keeps a calendar, so that the module needs none.
bool WorkflowChecker::keep_calendars(const std::vector<PolicyId>& asked) const {
  bool any = false;
  for (const PolicyId policy : asked) {
    for (const abi::PolicyRow& row : context_.program.abi.policies[policy.index].rows) {
      for (const uint32_t role : row.roles) {
        if (!context_.role_calendars[role]) return false;
        any = true;
      }
    }
  }
  return any;
}

// The first of an approval's times that counts by a calendar.
const Expr* WorkflowChecker::business_time(const Approve& approve) const {
  std::vector<const Expr*> times{approve.within.get(), approve.remind.get()};
  for (const Escalation& escalation : approve.escalations) times.push_back(escalation.after.get());
  const auto counts = [&](const Expr* time) {
    return time && context_.types.is(time->type, Kind::BusinessDuration);
  };
  const auto found = std::ranges::find_if(times, counts);
  return found == times.end() ? nullptr : *found;
}

// One deadline holds for all who may be asked, so their business time has to be the same.
std::optional<uint32_t> WorkflowChecker::calendar_of(const std::vector<PolicyId>& asked,
                                                     const Approve& approve) {
  std::optional<uint32_t> calendar, of_role;
  const auto& program = context_.program.abi;
  for (const PolicyId policy : asked) {
    for (const abi::PolicyRow& row : program.policies[policy.index].rows) {
      for (const uint32_t role : row.roles) {
        const auto own = calendar_of(role);
        if (!own || calendar == own) continue;
        if (const Expr* time = calendar ? business_time(approve) : nullptr) {
          context_
              .emit(DiagnosticKind::CalendarsDiffer, time->span,
                    {program.roles[*of_role], program.calendars[*calendar].name, program.roles[role],
                     program.calendars[*own].name})
              .note("give them time that passes, `2 days`, or let one calendar hold for both");
          return calendar;
        }
        if (!calendar) calendar = own, of_role = role;
      }
    }
  }
  return calendar ? calendar : context_.modules[module_].calendar;
}

// A write may have to ask again, or find its grant expired: the approval's handlers say what then.
void WorkflowChecker::link_approvals() {
  std::map<LocalId, const Approve*> approvals;
  visit_statements(workflow().body, [&](Stmt& stmt) {
    if (const auto* approve = std::get_if<Approve>(&stmt.node)) approvals[approve->grant] = approve;
    auto* write = std::get_if<Write>(&stmt.node);
    if (!write) return;
    write->granted = approvals[write->grant];
    write->approval = write->moved ? nullptr : write->granted;
  });
}

}  // namespace endcap::sema
