// The advice pass: calls, people, events and time, and who decides which of their handlers runs.
#include "compiler/sema/passes/advice.h"

#include <algorithm>

namespace endcap::sema {

// ---------------------------------------------------------------- handlers

Label AdvicePass::decided(const Causes& causes, Cause cause, const Label& control) {
  switch (cause) {
    case Cause::Rejection:
    case Cause::Unavailable:
    case Cause::Invalid:
      return join(control, causes.answered);
    case Cause::Rejected:
    case Cause::Refused:
      return join(control, causes.rejected);
    case Cause::Expired:
    case Cause::Countered:  // whether anybody is asked who could
      return join(control, causes.expired);
    case Cause::Changed:
      return join(control, causes.changed);
    case Cause::Outcome:
      break;  // walk_ended
  }
  return control;
}

Label AdvicePass::walk_handlers(std::vector<Handler>& handlers, const Causes& causes, const Label& control) {
  Label replaced;
  std::set<const Block*> seen;  // a body shared by two causes runs for either
  for (Handler& handler : handlers) {
    if (!seen.insert(handler.body.get()).second) continue;
    Label why = control;
    for (const Handler& other : handlers) {
      if (other.body == handler.body) why = join(std::move(why), decided(causes, other.cause, control));
    }
    if (handler.body) {
      const size_t told = diagnostics_.all().size();
      if (handler.next == Next::Retry || handler.next == Next::AskAgain) expect_undo(*handler.body);
      walk(*handler.body, why);
      if (handler.call.valid()) diagnostics_.label_beyond(told, handler.call, "for this call");
    }
    if (handler.next == Next::Skip) note_skip(why);
    if (handler.next == Next::Again) note_again(why);
    if (handler.value) replaced = join(std::move(replaced), join(scope_.label(*handler.value), why));
  }
  return replaced;
}

// ---------------------------------------------------------------- reads

// What a read gives is as its view says; which one was read is as trusted as the question, and as who decided
// that it was read only now.
void AdvicePass::read(LocalId id, Label question, std::vector<Handler>& handlers, const Label& control) {
  question = join(std::move(question), delay_);
  const Label replaced = walk_handlers(handlers, answers(question), control);
  if (!id.valid()) return;
  const Label found = join(label_of_type(program_.abi.types, local(id).type, id), question);
  bind(id, join(found, replaced), control);
}

void AdvicePass::visit(ReadOperation& node, Stmt&, const Label& control) {
  read(node.local, join(flat(node.payload), asked_for(node)), node.handlers, control);
}

void AdvicePass::visit(ReadView& node, Stmt&, const Label& control) {
  Label question;
  for (ExprPtr& key : node.key) question = join(std::move(question), flat(key));
  read(node.local, question, node.handlers, control);
}

void AdvicePass::visit(ReadNavigation& node, Stmt&, const Label& control) {
  Label question;
  for (ExprPtr& key : node.key) question = join(std::move(question), flat(key));
  read(node.local, question, node.handlers, control);
}

// ---------------------------------------------------------------- models

// All that an ask gives is advice. The alternative too: that it counts, and not the answer, was the model's
// choice. What the model answers is of its own making: nothing inside is more trusted than the rest.
void AdvicePass::visit(Ask& node, Stmt&, const Label& control) {
  const std::string& name = program_.abi.advisors[node.advisor].name;
  const Label answered{{{node.local.index, "the answer of `" + name + "`"}}, {}};
  const Label asked = join(answered, flat(node.inputs));
  bind(node.local, join(asked, flat(node.alternative)), control);
}

// ---------------------------------------------------------------- people

// What people decide and fill in is trusted, whatever they were shown. A field that came with a value may
// have been left as it was: it is as trusted as that value.
void AdvicePass::visit(Task& node, Stmt&, const Label& control) {
  flat(node.arguments);
  require_trusted_scope(node.role, node.scope);
  Label answered;
  if (node.form) answered = filled_in(*node.form);
  require_trusted_time(node.within);
  require_trusted_time(node.remind);
  for (Escalation& escalation : node.escalations) {
    require_trusted_scope(escalation.role, escalation.scope);
    require_trusted_time(escalation.after);
  }
  Causes causes;
  if (node.resolver) causes.expired = resolved_by(*node.resolver, control);
  const Label replaced = walk_handlers(node.handlers, causes, control);
  bind(node.answer, join(std::move(answered), replaced), control);
}

Label AdvicePass::filled_in(TaskForm& form) {
  Label answered;
  answered.parts.resize(program_.abi.types[form.record].fields.size());
  for (TaskForm::Prefilled& each : form.prefilled) answered.parts[each.field] = scope_.label(*each.value);
  return answered;
}

// Who acts is no choice of a model's.
void AdvicePass::require_trusted_scope(uint32_t role, ExprPtr& scope) {
  const Label label = flat(scope);
  if (label.advice())
    report(DiagnosticKind::AdviceChoosesPeople, scope->span, {label.path(), program_.abi.roles[role]});
}

// ---------------------------------------------------------------- time and events

void AdvicePass::require_trusted_time(ExprPtr& moment) {
  const Label label = flat(moment);
  if (label.advice()) report(DiagnosticKind::AdviceDecidesTime, moment->span, {label.path()});
}

Label AdvicePass::bind_event(EventPattern& pattern, const Label& control, const Label& which) {
  const Label fresh = join(
      label_of_type(program_.abi.types, program_.abi.events[pattern.event].record, pattern.record), which);
  bind(pattern.record, fresh, control);
  for (auto& [id, field] : pattern.bindings) bind(id, part(fresh, field), control);
  const Label chosen = join(flat(pattern.key), flat(pattern.guard));
  if (!chosen.advice()) return chosen;
  bind(pattern.record, join(fresh, chosen), control);
  for (auto& [id, field] : pattern.bindings) bind(id, join(part(fresh, field), chosen), control);
  return chosen;
}

// Advice may not decide which event ends or moves a wait. False when it does.
bool AdvicePass::require_trusted_hearing(const EventPattern& pattern) {
  bool trusted = true;
  for (const ExprPtr* condition : {&pattern.key, &pattern.guard}) {
    if (!*condition) continue;
    const Label label = flatten(scope_.label(**condition));
    if (!label.advice()) continue;
    report(DiagnosticKind::AdviceDecidesTime, (*condition)->span, {label.path()});
    trusted = false;
  }
  return trusted;
}

void AdvicePass::walk_event(EventHandler& handler, const Label& control) {
  const Label why = join(bind_event(handler.pattern, control), control);
  if (handler.next == Next::Skip) note_skip(why);
  expect_undo(handler.body);  // it may have come before
  walk(handler.body, why);
  const bool ends_wait = handler.next == Next::Continue || handler.next == Next::WaitUntil;
  if (!ends_wait || require_trusted_hearing(handler.pattern)) require_trusted_time(handler.value);
}

void AdvicePass::visit(WaitUntil& node, Stmt&, const Label& control) {
  require_trusted_time(node.moment);
  const Label late = join(control, delay_);
  if (node.late_fail) std::visit([&](auto& end) { visit(end, *node.late_fail, late); }, node.late_fail->node);
  if (node.if_late == ast::WaitUntilStmt::IfLate::Skip) note_skip(late);
  for (EventHandler& handler : node.handlers) walk_event(handler, control);
  note_wait(control);
}

// Who has left an element before it came here, or ended the workflow that is run, has decided that it does
// not wait.
void AdvicePass::note_wait(const Label& control) {
  delay_ = join(join(std::move(delay_), control), left_around_);
  for (const Collector* loop : collectors_) delay_ = join(std::move(delay_), loop->left());
  for (const Running* run : running_) {
    for (const auto& [outcome, ended] : run->ended) delay_ = join(std::move(delay_), ended.control);
  }
}

void AdvicePass::visit(WaitEvent& node, Stmt&, const Label& control) {
  require_trusted_time(node.within);
  // What was sent before the wait began is not heard.
  const Label delay = delay_;
  const Label heard = join(bind_event(node.pattern, join(control, delay), delay), delay);
  require_trusted_hearing(node.pattern);
  walk_handlers(node.handlers, {{}, {}, heard, {}}, control);
  const auto goes_on = [](const Handler& handler) { return handler.next == Next::Continue; };
  if (!std::ranges::all_of(node.handlers, goes_on)) reached_ = join(std::move(reached_), delay);
  note_wait(control);
}

// Beside the workflow, at any time: all that it ever writes may have been written.
void AdvicePass::hear(Throughout& node, const Label& control) {
  const Label delay = delay_, reached = reached_;
  const bool pending = undo_pending_;
  expect_undo(*body_);
  for (EventHandler& handler : node.handlers) walk_event(handler, control);
  delay_ = delay;
  reached_ = reached;
  undo_pending_ = pending;
  for (EventHandler& handler : node.handlers) expect_undo(handler.body);
}

void AdvicePass::visit(Throughout& node, Stmt&, const Label& control) {
  heard_.emplace_back(&node, control);
  hear(node, control);
}

// What makes a workflow last longer makes it hear what it would not have heard.
void AdvicePass::walk_body(Block& body, const Label& control) {
  const auto around = std::exchange(heard_, {});
  walk(body, control);
  for (const auto& [node, decided] : std::exchange(heard_, around)) {
    if (beyond(delay_, decided)) hear(*node, join(decided, delay_));
  }
}

}  // namespace endcap::sema
