// The advice pass: what a model says may inform people and hold writes back; alone it may not add or change
// one.
//
// The walk carries the control label: whether advice decided that this statement runs at all. It recovers
// behind the block. Names are assigned once, so one walk in source order is enough.
#include <map>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/trust.h"

namespace endcap::sema {
namespace {

class AdvicePass {
 public:
  AdvicePass(Program& program, Workflow& workflow, Diagnostics& diagnostics)
      : program_(program),
        workflow_(workflow),
        diagnostics_(diagnostics),
        scope_(program, workflow.locals.size()) {}

  void run() {
    for (const StartParameter& parameter : workflow_.parameters) {
      scope_.bind(parameter.local, label_of_type(program_.abi.types, local(parameter.local).type));
    }
    walk(workflow_.body, {});
  }

 private:
  struct Collector {  // what one loop collects
    Label elements;
    Label skipped;  // who decided which elements are missing
  };

  Local& local(LocalId id) { return workflow_.locals[id.index]; }

  // Binds a name; what is bound where advice decides is advice.
  void bind(LocalId id, Label label, const Label& control) {
    if (!id.valid()) return;
    Local& bound = local(id);
    label = through(join(std::move(label), control), bound.name);
    const Label flat = flatten(label);
    bound.trust = flat.trust;
    bound.advice_path = flat.path;
    scope_.bind(id, std::move(label));
  }

  Label flat(ExprPtr& expression) { return expression ? flatten(scope_.label(*expression)) : Label{}; }

  void walk(Block& block, const Label& control) {
    for (Stmt& stmt : block.statements) {
      std::visit([&](auto& node) { visit(node, stmt, control); }, stmt.node);
    }
  }

  void walk_handlers(std::vector<Handler>& handlers, const Label& control) {
    for (Handler& handler : handlers) {
      if (handler.value) scope_.label(*handler.value);
      if (handler.next == Next::Skip) note_skip(control);
      if (handler.body) walk(*handler.body, control);
    }
  }

  void note_skip(const Label& control) {
    if (!collectors_.empty()) collectors_.back().skipped = join(collectors_.back().skipped, control);
  }

  void require_trusted_time(ExprPtr& moment) {
    if (!moment) return;
    const Label label = flat(moment);
    if (label.advice()) diagnostics_.emit(DiagnosticKind::AdviceDecidesTime, moment->span, {label.path});
  }

  // ---------------------------------------------------------------- values

  void visit(Let& node, Stmt&, const Label& control) { bind(node.local, scope_.label(*node.value), control); }

  // What a read gives is as its view says; which one was read is as trusted as the question.
  void bind_read(LocalId id, const Label& question, const Label& control) {
    if (!id.valid()) return;
    bind(id, join(label_of_type(program_.abi.types, local(id).type), question), control);
  }
  void visit(ReadOperation& node, Stmt&, const Label& control) {
    bind_read(node.local, flat(node.payload), control);
    walk_handlers(node.handlers, control);
  }
  void visit(ReadView& node, Stmt&, const Label& control) { visit_read(node, control); }
  void visit(ReadNavigation& node, Stmt&, const Label& control) { visit_read(node, control); }
  template <typename Read>
  void visit_read(Read& node, const Label& control) {
    Label question;
    for (ExprPtr& key : node.key) question = join(question, flat(key));
    bind_read(node.local, question, control);
    walk_handlers(node.handlers, control);
  }
  void visit(Notify& node, Stmt&, const Label& control) {
    flat(node.payload);
    walk_handlers(node.handlers, control);
  }

  // ---------------------------------------------------------------- writes

  void visit(Propose& node, Stmt&, const Label& control) {
    Label content;
    if (node.list) {
      const Label list = scope_.label(*node.list);
      content = join(content, {list.trust, list.path, {}});
      bind(node.variable, part(list, 0), control);
      content = join(content, flat(node.where));
    }
    for (ExprPtr* value : {&node.payload, &node.undo_payload, &node.target, &node.facts}) {
      content = join(content, flat(*value));
    }
    bind(node.local, content, control);
  }

  void visit(Approve& node, Stmt& stmt, const Label& control) {
    Label content = control;
    for (LocalId proposal : node.proposals) content = join(content, flatten(scope_.of(proposal)));
    const abi::Policy& policy = program_.abi.policies[program_.policies[node.policy.index].index];
    for (size_t row = 0; content.advice() && row < policy.rows.size(); ++row) {
      if (policy.rows[row].verdict != abi::PolicyRow::Verdict::Permit) continue;
      diagnostics_.emit(DiagnosticKind::AdviceMeetsPermit, stmt.span, {content.path, policy.name})
          .label(program_.policies[node.policy.index].rows[row].span,
                 "this row would let advice through without a person");
    }
    require_trusted_time(node.valid_until);
    require_trusted_time(node.within);
    require_trusted_time(node.remind);
    for (Escalation& escalation : node.escalations) require_trusted_time(escalation.after);
    bind(node.grant, {}, control);
    granted_[node.grant] = {control, content};
    walk_handlers(node.handlers, control);
  }

  void visit(Write& node, Stmt& stmt, const Label& control) {
    const Label decided = join(control, flat(node.target));
    const Granted& grant = granted_[node.grant];
    if (decided.advice() && !grant.control.advice() && !grant.content.advice()) {
      diagnostics_.emit(DiagnosticKind::AdviceDecidesWrite, stmt.span, {decided.path, local(node.grant).name})
          .note(
              "advice alone may hold a write back, never add or change one: ask for the approval under the "
              "same condition, or turn "
              "the condition round and `skip`");
    }
    undo_pending_ = true;
    walk_handlers(node.handlers, control);
  }

  // ---------------------------------------------------------------- people and time

  void visit(Task& node, Stmt&, const Label& control) {
    flat(node.arguments);
    require_trusted_time(node.within);
    walk_handlers(node.handlers, control);
  }
  void visit(WaitUntil& node, Stmt&, const Label& control) {
    require_trusted_time(node.moment);
    if (node.late_fail)
      std::visit([&](auto& fail) { visit(fail, *node.late_fail, control); }, node.late_fail->node);
    for (EventHandler& handler : node.handlers) walk_event(handler, control);
  }
  void visit(WaitEvent& node, Stmt&, const Label& control) {
    require_trusted_time(node.within);
    bind_event(node.pattern, control);
    walk_handlers(node.handlers, control);
  }
  void visit(Throughout& node, Stmt&, const Label& control) {
    for (EventHandler& handler : node.handlers) walk_event(handler, control);
  }
  void walk_event(EventHandler& handler, const Label& control) {
    const Label decided = join(bind_event(handler.pattern, control), control);
    require_trusted_time(handler.value);
    walk(handler.body, decided);
  }
  // Gives the label of the condition.
  Label bind_event(EventPattern& pattern, const Label& control) {
    const Label record = label_of_type(program_.abi.types, program_.abi.events[pattern.event].record);
    bind(pattern.record, record, control);
    for (auto& [id, field] : pattern.bindings) bind(id, part(record, field), control);
    return join(flat(pattern.key), flat(pattern.guard));
  }

  // ---------------------------------------------------------------- control

  void visit(When& node, Stmt&, const Label& control) {
    Label decided = control;
    for (When::Arm& arm : node.arms) {
      decided = join(decided, flat(arm.condition));
      walk(arm.body, decided);
    }
    if (node.otherwise) walk(*node.otherwise, decided);
  }
  void visit(Match& node, Stmt&, const Label& control) {
    const Label subject = scope_.label(*node.subject);
    const Label decided = join(control, {subject.trust, subject.path, {}});
    for (Match::Arm& arm : node.arms) {
      bind(arm.binding, part(subject, 0), decided);
      walk(arm.body, decided);
    }
  }
  void visit(ForEach& node, Stmt&, const Label& control) {
    const Label list = scope_.label(*node.list);
    Label decided = join(control, {list.trust, list.path, {}});
    bind(node.variable, part(list, 0), decided);
    decided = join(decided, flat(node.where));
    collectors_.push_back({});
    walk(node.body, decided);
    const Collector collected = collectors_.back();
    collectors_.pop_back();
    const Label missing = join(decided, collected.skipped);
    bind(node.collect, {missing.trust, missing.path, {collected.elements}}, control);
  }
  void visit(Together& node, Stmt&, const Label& control) {
    for (Together::Branch& branch : node.branches) walk(branch.body, control);
  }
  void visit(Step& node, Stmt&, const Label& control) { walk(node.body, control); }
  void visit(Yield& node, Stmt&, const Label& control) {
    Label value = join(scope_.label(*node.value), control);
    if (!collectors_.empty())
      collectors_.back().elements = join(std::move(value), collectors_.back().elements);
  }
  void visit(Skip&, Stmt&, const Label& control) { note_skip(control); }
  void visit(Finish& node, Stmt&, const Label&) { flat(node.record); }
  void visit(Fail& node, Stmt& stmt, const Label& control) {
    flat(node.record);
    if (node.undo == ast::FailStmt::Undo::Compensate && control.advice() && undo_pending_) {
      diagnostics_.emit(DiagnosticKind::AdviceDecidesUndo, stmt.span, {control.path});
    }
  }

  struct Granted {
    Label control, content;
  };

  Program& program_;
  Workflow& workflow_;
  Diagnostics& diagnostics_;
  TrustScope scope_;
  std::map<LocalId, Granted> granted_;
  std::vector<Collector> collectors_;
  bool undo_pending_ = false;
};

}  // namespace

void check_advice(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) AdvicePass(program, workflow, diagnostics).run();
}

}  // namespace endcap::sema
