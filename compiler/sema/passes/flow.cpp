// Where control goes: every path ends, nothing stands behind an end, a collecting loop yields on every path.
#include <algorithm>
#include <set>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

class FlowPass {
 public:
  FlowPass(Workflow& workflow, Diagnostics& diagnostics) : workflow_(workflow), diagnostics_(diagnostics) {}

  void run() {
    visit_statements(workflow_.body, [&](Stmt& stmt) {
      const auto* write = std::get_if<Write>(&stmt.node);
      if (!write) return;
      const LocalId proposal = workflow_.locals[write->grant.index].grant_of[write->proposal];
      const auto& info = workflow_.locals[proposal.index].proposal;
      writes_with_undo_ = writes_with_undo_ || (info && info->undo);
    });
    if (walk(workflow_.body))
      diagnostics_.emit(DiagnosticKind::NoOutcome, end_of(workflow_.body), {workflow_.name});
  }

 private:
  enum class Inside : uint8_t { Workflow, Branch, Loop, Collecting, EventHandler };

  static Span end_of(const Block& block) {
    if (!block.span.valid() || block.span.end == block.span.begin) return block.span;
    return {block.span.source, block.span.end - 1, block.span.end};
  }

  // Whether control can reach the end of the block.
  bool walk(Block& block) {
    bool reachable = true;
    for (Stmt& stmt : block.statements) {
      if (!reachable) {
        diagnostics_.emit(DiagnosticKind::UnreachableCode, stmt.span);
        return false;
      }
      reachable = visit(stmt);
    }
    return reachable;
  }

  bool visit(Stmt& stmt) {
    walk_handlers(stmt);
    return std::visit([&](auto& node) { return falls_through(node, stmt); }, stmt.node);
  }

  // What a refused line leads to happens at its write, in the loop around that: passes/approvals.cpp looks
  // whether there is one. Not so where the body is another cause's too.
  static std::set<const Block*> bodies_at_writes(Stmt& stmt) {
    std::set<const Block*> bodies, elsewhere;
    if (!std::holds_alternative<Approve>(stmt.node)) return bodies;
    visit_handlers(stmt, [&](Handler& handler) {
      (handler.cause == Cause::Refused ? bodies : elsewhere).insert(handler.body.get());
    });
    std::erase_if(bodies, [&](const Block* body) { return elsewhere.contains(body); });
    return bodies;
  }

  void walk_handlers(Stmt& stmt) {
    std::set<const Block*> seen;  // a body shared by two causes is looked at once
    const std::set<const Block*> at_writes = bodies_at_writes(stmt);
    const Inside around = inside_;
    visit_handlers(stmt, [&](Handler& handler) {
      if (handler.body && !seen.insert(handler.body.get()).second) return;
      const bool in_loop = at_writes.contains(handler.body.get());
      inside_ = in_loop && (around == Inside::Workflow || around == Inside::Branch) ? Inside::Loop : around;
      const size_t told = diagnostics_.all().size();
      if (handler.next == Next::Skip) require_loop(handler.span);
      const bool falls = handler.body ? walk(*handler.body) : true;
      if (falls && handler.next == Next::FallOut)
        diagnostics_.emit(DiagnosticKind::HandlerFallsOut, handler.span);
      if (handler.call.valid()) diagnostics_.label_beyond(told, handler.call, "for this call");
    });
    inside_ = around;
    const Inside outside = inside_;
    visit_event_handlers(stmt, [&](EventHandler& handler) {
      inside_ = Inside::EventHandler;
      walk(handler.body);
    });
    inside_ = outside;
  }

  void require_loop(Span span) {
    if (inside_ == Inside::Workflow || inside_ == Inside::Branch)
      explain_branch(diagnostics_.emit(DiagnosticKind::SkipOutsideLoop, span));
  }

  // A branch runs beside its loop's element, which goes on when all branches have ended.
  void explain_branch(Diagnostic& diagnostic) const {
    if (inside_ == Inside::Branch)
      diagnostic.note("a branch of `together` can't end the element of a loop outside it");
  }

  // ---------------------------------------------------------------- per statement

  template <typename Node>
  bool falls_through(Node&, Stmt&) {
    return true;
  }

  bool falls_through(When& node, Stmt&) {
    bool falls = !node.otherwise;
    for (When::Arm& arm : node.arms) falls = walk(arm.body) || falls;
    if (node.otherwise) falls = walk(*node.otherwise) || falls;
    return falls;
  }
  bool falls_through(Match& node, Stmt&) {
    bool falls = false;
    for (Match::Arm& arm : node.arms) falls = walk(arm.body) || falls;
    return falls;
  }
  bool falls_through(ForEach& node, Stmt& stmt) {
    const Inside outside = inside_;
    inside_ = node.collect.valid() ? Inside::Collecting : Inside::Loop;
    const bool falls = walk(node.body);
    inside_ = outside;
    if (falls && node.collect.valid()) {
      diagnostics_
          .emit(DiagnosticKind::NoYield, end_of(node.body), {workflow_.locals[node.collect.index].name})
          .label(stmt.span, "collects what each element yields");
    }
    if (node.tolerate && !fails(node.body)) diagnostics_.emit(DiagnosticKind::ToleratesNothing, stmt.span);
    if (node.otherwise && walk(*node.otherwise))
      diagnostics_.emit(DiagnosticKind::TooManyFailedGoesOn, end_of(*node.otherwise));
    return true;
  }
  // A workflow that an element runs fails for itself; where nobody takes that, a handler passes it on. The
  // handlers of an approval stand at its writes too.
  static bool fails(Block& body) {
    return std::ranges::any_of(body.statements, [](Stmt& stmt) {
      const auto* wait = std::get_if<WaitUntil>(&stmt.node);
      bool found = std::holds_alternative<Fail>(stmt.node) || (wait && wait->late_fail);
      if (const auto* write = std::get_if<Write>(&stmt.node); write && write->approval) {
        for (const Handler& handler : write->approval->handlers)
          found = found || (handler.body && fails(*handler.body));
      }
      const auto* run = std::get_if<Run>(&stmt.node);
      visit_blocks(stmt, [&](Block& inner) {
        if (!run || &inner != &run->body) found = found || fails(inner);
      });
      return found;
    });
  }
  bool falls_through(Together& node, Stmt&) {
    // When every branch ends the workflow, nothing goes on.
    bool falls = node.branches.empty();
    const Inside outside = std::exchange(inside_, Inside::Branch);
    for (Together::Branch& branch : node.branches) falls = walk(branch.body) || falls;
    inside_ = outside;
    return falls;
  }
  // Its body was looked at where it stands.
  bool falls_through(Run& node, Stmt&) {
    bool falls = node.goes_on;
    for (const Handler& handler : node.handlers) {
      falls = falls || handler.next == Next::Continue;
      if (!handler.passed_on || !writes_with_undo_) continue;
      diagnostics_.emit(DiagnosticKind::RunUndoUnsaid, handler.span, {node.name, handler.name})
          .note("say it: `on " + handler.name + " { fail ... and compensate }`, or `and keep`");
    }
    return falls;
  }
  bool falls_through(Repeat& node, Stmt&) {
    const bool falls = walk(node.body);
    if (walk(node.otherwise))
      diagnostics_.emit(DiagnosticKind::OtherwiseFallsOut, end_of(node.otherwise))
          .note("end it in `fail`, `finish` or, in a loop, `skip`");
    return falls;
  }
  bool falls_through(Again&, Stmt&) { return false; }
  bool falls_through(Step& node, Stmt&) { return walk(node.body); }
  bool falls_through(Due& node, Stmt&) {
    const Inside outside = std::exchange(inside_, Inside::EventHandler);
    if (node.late) walk(*node.late);
    inside_ = outside;
    return true;
  }
  bool falls_through(WaitUntil& node, Stmt& stmt) {
    if (node.if_late == ast::WaitUntilStmt::IfLate::Skip) require_loop(stmt.span);
    if (node.late_fail) visit(*node.late_fail);
    return true;
  }
  bool falls_through(Yield&, Stmt& stmt) {
    if (inside_ != Inside::Collecting)
      explain_branch(diagnostics_.emit(DiagnosticKind::YieldOutsideCollect, stmt.span));
    return false;
  }
  bool falls_through(Skip&, Stmt& stmt) {
    require_loop(stmt.span);
    return false;
  }
  bool falls_through(Finish&, Stmt&) { return false; }
  bool falls_through(Fail& node, Stmt& stmt) {
    if (node.undo == ast::FailStmt::Undo::Unsaid && writes_with_undo_) {
      diagnostics_.emit(DiagnosticKind::UndoUnsaid, stmt.span, {workflow_.name})
          .suggest({{stmt.span.source, stmt.span.end, stmt.span.end},
                    " and compensate",
                    "take back what was written",
                    false});
    }
    return false;
  }

  Workflow& workflow_;
  Diagnostics& diagnostics_;
  Inside inside_ = Inside::Workflow;
  bool writes_with_undo_ = false;
};

}  // namespace

void check_flow(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) FlowPass(workflow, diagnostics).run();
}

}  // namespace endcap::sema
