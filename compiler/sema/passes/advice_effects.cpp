// The advice pass: what changes other systems, and who let it.
#include <algorithm>

#include "compiler/sema/passes/advice.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {

using Verdict = abi::PolicyRow::Verdict;

bool AdvicePass::writes_with_undo(Block& block) {
  bool found = false;
  visit_statements(block, [&](Stmt& stmt) {
    const auto* write = std::get_if<Write>(&stmt.node);
    if (!write || found) return;
    const LocalId proposal = local(write->grant).grant_of[write->proposal];
    found = local(proposal).proposal->undo.has_value();
  });
  return found;
}

// A notification needs no grant: nobody would stand between a model and what it tells a system.
void AdvicePass::visit(Notify& node, Stmt& stmt, const Label& control) {
  const Label payload = flat(node.payload);
  const std::string& name = program_.abi.operations[node.operation].name;
  if (const Label told = join(control, payload); told.advice()) {
    if (Diagnostic* finding = report(DiagnosticKind::AdviceNotifies, stmt.span, {told.path(), name}))
      finding->note("ask a person with a `task`, or make it a write that a policy governs");
  }
  walk_handlers(node.handlers, answers(payload), control);
}

void AdvicePass::visit(Propose& node, Stmt&, const Label& control) {
  Proposed proposed;
  if (node.list) {
    const Label list = scope_.label(*node.list);
    proposed.chosen = existence(list);
    bind(node.variable, inside(list), join(control, proposed.chosen));
    proposed.chosen = join(std::move(proposed.chosen), flat(node.where));
  }
  proposed.targets = flat(node.target);
  if (auto* facts = node.facts ? std::get_if<MakeRecord>(&node.facts->node) : nullptr) {
    for (const abi::PolicyRow& row : program_.abi.policies[program_.policies[node.policy.index].index].rows) {
      for (const auto& budget : row.budgets)
        proposed.accounts = join(proposed.accounts, flat(facts->fields[budget.account]));
    }
  }
  proposed.facts = flat(node.facts);
  proposed.content = join(join(proposed.chosen, proposed.targets), proposed.facts);
  fill(proposed, node.operation, node.payload);
  if (node.undo) fill(proposed, *node.undo, node.undo_payload);
  for (const Proposed::Fill& filled : proposed.fills) {
    for (const Label& cell : filled.cells) proposed.content = join(std::move(proposed.content), cell);
  }
  proposed.content = join(std::move(proposed.content), control);
  proposed.around = join(control, proposed.chosen);
  bind(node.local, proposed.content, control);
  proposed_[node.local] = std::move(proposed);
}

void AdvicePass::visit(Approve& node, Stmt& stmt, const Label& control) {
  Label content = control, facts, accounts;
  for (LocalId proposal : node.proposals) {
    content = join(std::move(content), proposed_[proposal].content);
    facts = join(std::move(facts), proposed_[proposal].facts);
    accounts = join(std::move(accounts), proposed_[proposal].accounts);
  }
  const abi::Policy& policy = program_.abi.policies[program_.policies[node.policy.index].index];
  for (size_t row = 0; content.advice() && row < policy.rows.size(); ++row) {
    if (policy.rows[row].verdict != Verdict::Permit) continue;
    if (Diagnostic* finding =
            report(DiagnosticKind::AdviceMeetsPermit, stmt.span, {content.path(), policy.name}))
      finding->label(program_.policies[node.policy.index].rows[row].span,
                     "this row would let advice through without a person");
  }
  if (content.advice()) {
    node.by_advice = true;
    note_stored(node, stmt.span);
  }
  // A model that names the account has as many budgets as it finds names.
  if (accounts.advice()) {
    if (Diagnostic* finding =
            report(DiagnosticKind::AdviceChoosesAccount, stmt.span, {accounts.path(), policy.name}))
      finding->note("a budget holds for what is known without the model, such as the promotion");
  }
  require_trusted_time(node.valid_until);
  require_trusted_time(node.within);
  require_trusted_time(node.remind);
  for (Escalation& escalation : node.escalations) require_trusted_time(escalation.after);
  bind(node.grant, {}, control);
  // A person's no is a person's. Who is asked, and whether anybody is, the facts decide.
  const auto rows = [&](Verdict verdict) {
    return std::ranges::count(policy.rows, verdict, &abi::PolicyRow::verdict);
  };
  Granted& granted = granted_[node.grant];
  granted = {&node, control, {}, {}};
  if (rows(Verdict::Forbid) > 0) granted.causes.rejected = facts;
  if (rows(Verdict::Approval) > 1) granted.causes.rejected = granted.causes.expired = facts;
  // What is left of a budget is what the advice of others has left.
  if (std::ranges::any_of(policy.rows, [](const abi::PolicyRow& row) { return !row.budgets.empty(); })) {
    const Label left{{{node.grant.index, "what is left of the budget of " + policy.name}}, {}};
    granted.causes.rejected = granted.causes.expired = join(facts, left);
  }
  granted.causes.changed = std::move(facts);
  note_known(node, control);
  const Causes causes = granted.causes;
  if (node.counter) bind_offer(node, join(control, causes.expired));
  bind_reason(node.handlers, join(control, causes.rejected));
  walk_handlers(node.handlers, causes, control);
  held_.push_back(node.grant);
}

// A later version may not use it for advice that it was asked for without.
void AdvicePass::note_known(const Approve& node, const Label& control) {
  const auto add = [&](abi::Parts& to, const Label& label, const std::string& before) {
    for (const Source& source : label.sources) {
      const bool named = source.local < workflow_.locals.size();
      abi::add_part(to, before + (named ? workflow_.locals[source.local].name : source.path));
    }
  };
  auto& knows = local(node.grant).grant_knows;
  knows.resize(node.proposals.size());
  for (size_t i = 0; i < node.proposals.size(); ++i) {
    const Proposed& proposed = proposed_[node.proposals[i]];
    add(knows[i], join(control, proposed.chosen), "");
    add(knows[i], proposed.targets, "for ");
  }
}

void AdvicePass::bind_offer(Approve& node, const Label& control) {
  const Label offered = filled_in(*node.counter);
  for (Handler& handler : node.handlers) {
    if (handler.cause != Cause::Countered) continue;
    bind(handler.record, offered, control);
    for (const auto& [id, field] : handler.bindings) bind(id, part(offered, field), control);
  }
}

// Why somebody says no is theirs; whether it was somebody, and not the policy, the facts decide.
void AdvicePass::bind_reason(std::vector<Handler>& handlers, const Label& control) {
  for (Handler& handler : handlers) {
    if (handler.cause != Cause::Rejected || !handler.record.valid()) continue;
    bind(handler.record, {}, control);
    for (const auto& [id, field] : handler.bindings) bind(id, {}, control);
  }
}

// At a write the approval can turn out to have expired, or be asked for again.
void AdvicePass::walk_approval_again(Granted& granted, const Label& decided) {
  if (!granted.approve) return;
  const Collector* const loop = collectors_.empty() ? nullptr : collectors_.back();
  const auto [walk, first] = granted.walks.try_emplace(loop);
  const Label with = join(decided, delay_);
  if (!first && !beyond(with, walk->second.decided) && (walk->second.undo_pending || !undo_pending_)) return;
  walk->second = {join(walk->second.decided, with), undo_pending_};
  Causes causes = granted.causes;
  causes.expired = join(std::move(causes.expired), delay_);
  causes.changed = join(std::move(causes.changed), delay_);
  // What is offered in its place is offered before anything is granted.
  std::vector<Handler> handlers = granted.approve->handlers;
  std::erase_if(handlers, [](const Handler& each) { return each.cause == Cause::Countered; });
  bind_reason(handlers, join(decided, causes.rejected));
  walk_handlers(handlers, causes, decided);
}

void AdvicePass::visit(Write& node, Stmt& stmt, const Label& control) {
  const Label target = flat(node.target);
  Label decided = join(control, target);
  const LocalId id = local(node.grant).grant_of[node.proposal];
  const Proposed& proposed = proposed_[id];
  Granted& granted = granted_[node.grant];
  // A grant is used knowing what was known where it was given, and of what it covers.
  const Label known = join(granted.control, proposed.chosen);
  const Source* unknown = beyond(control, known);
  if (!unknown) unknown = beyond(target, join(known, proposed.targets));
  if (unknown) {
    if (Diagnostic* finding =
            report(DiagnosticKind::AdviceDecidesWrite, stmt.span, {unknown->path, local(node.grant).name}))
      finding->note(
          "advice alone may hold a write back, never add or change one: ask for the approval under the "
          "same condition, or turn the condition round and `skip`");
    decided = known;  // told: what follows from it is no finding of its own
  }
  if (!node.moved) walk_approval_again(granted, decided);
  undo_pending_ = undo_pending_ || local(id).proposal->undo.has_value();
  Causes causes = answers(proposed.content);
  if (node.moved) {
    causes.expired = join(granted.causes.expired, delay_);
    causes.changed = join(granted.causes.changed, delay_);
  }
  walk_handlers(node.handlers, causes, decided);
}

void AdvicePass::visit(Finish& node, Stmt&, const Label& control) {
  note_end(node.outcome, node.record, control);
}

void AdvicePass::visit(Fail& node, Stmt& stmt, const Label& control) {
  if (note_failure(control)) {
    flat(node.record);
  } else {
    note_end(node.outcome, node.record, control);
  }
  if (node.undo == ast::FailStmt::Undo::Compensate && control.advice() && undo_pending_)
    report(DiagnosticKind::AdviceDecidesUndo, stmt.span, {control.path()});
}

}  // namespace endcap::sema
