// The advice pass over one workflow: what a model says may inform people and hold writes back; alone it may
// not add or change one.
//
// The walk carries the control label: what advice decided that this statement runs at all. It recovers behind
// the block. A name is used only where its block runs, so a name's label is that of its value; the control
// label is joined where a value leaves its block (`yield`, `continue with`, a proposal).
//
// What is not followed: how long people and systems take to answer, and that a held back element lets the
// next one come sooner. What advice alone makes a workflow wait for is (`delay_`).
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "compiler/diag/diagnostic.h"
#include "compiler/sema/passes/trust.h"

namespace endcap::sema {

// The advice that crosses from one workflow to another: in raises, and in how those end that are waited for.
// Its sources are others there, so only the path is kept; empty: trusted.
struct AdviceAcross {
  struct Of {
    std::string raised;             // exceptions: who decided that it is raised at all
    std::vector<std::string> told;  // exceptions: and with which values, one a parameter
    std::string ended;              // who decided how it ends
    Span raise;                     // the first raise that brought advice
  };
  std::vector<Of> of;  // by workflow
  bool grown = false;

  void add(std::string& path, const Label& label, const std::string& place);
};

class AdvicePass {
 public:
  // Where a finding was told already: what is run in two places is walked in each, and alone.
  using Told = std::set<std::tuple<DiagnosticKind, SourceId, uint32_t>>;
  AdvicePass(Program& program, Workflow& workflow, AdviceAcross& across, Diagnostics& diagnostics,
             Told& told);
  void run();

 private:
  // Of one loop, however often it is walked.
  struct Collector {
    Label elements;  // what it collects
    Label skipped;   // who decided which elements are missing
    bool tolerates = false;
    Label failed;   // who decided that one fails
    Label yielded;  // who decided that one yields here, and goes no further
    Label left() const { return join(join(skipped, failed), yielded); }
  };

  // Who decides which way a statement ends, apart from who decided that it runs.
  struct Causes {
    Label answered;  // a system's answer: as trusted as what it was asked
    Label rejected, expired, changed;
  };

  struct Proposed {
    Label chosen;    // which leaves there are
    Label targets;   // what they are for
    Label content;   // all that is in them
    Label facts;     // what its policy decides by
    Label accounts;  // of that, what tells whose budget is used
    // What its calls fill in, cell by cell, and who decided that they fill in anything.
    struct Fill {
      uint32_t operation = 0;
      std::vector<Label> cells;
    };
    std::vector<Fill> fills;
    Label around;
  };

  struct Granted {
    Approve* approve = nullptr;
    Label control;  // where it was given
    Causes causes;
    // The handlers stand at each write too. What they were walked with there, by the loop around the write:
    // once more only for something new, or handlers that write would multiply.
    struct Walk {
      Label decided;
      bool undo_pending = false;
    };
    std::map<const Collector*, Walk> walks;
  };

  // A workflow that is run: what it ended with, by outcome, and who decided that it did.
  struct Ended {
    Label value, control;
  };
  struct Running {
    const Run* run;
    Span span;
    std::map<uint32_t, Ended> ended;
  };

  // ---------------------------------------------------------------- advice.cpp: values and control

  Local& local(LocalId id) { return workflow_.locals[id.index]; }
  // Binds a name to a value; `control` decided that it is bound.
  void bind(LocalId id, Label value, const Label& control);
  Label flat(ExprPtr& expression);
  // One finding a place, however often it is walked; null when it is there already.
  Diagnostic* report(DiagnosticKind kind, Span span, std::vector<std::string> arguments);

  void walk(Block& block, const Label& control);
  void note_control(Stmt& stmt, const Label& control);
  // Walks blocks of which one runs, or which run beside each other: what delays one does not delay another.
  void walk_apart(const std::vector<std::pair<Block*, Label>>& blocks);
  void note_skip(const Label& decided);
  bool note_failure(const Label& decided);

  void visit(Let& node, Stmt&, const Label& control);
  void visit(When& node, Stmt&, const Label& control);
  void visit(Match& node, Stmt&, const Label& control);
  void visit(ForEach& node, Stmt&, const Label& control);
  void visit(Together& node, Stmt&, const Label& control);
  void visit(Repeat& node, Stmt&, const Label& control);
  void visit(Again& node, Stmt&, const Label& control);
  std::vector<Label> of_round(const Repeat& node) const;
  void note_again(const Label& decided) {
    if (!rounds_.empty()) rounds_.back() = join(rounds_.back(), decided);
  }
  void visit(Step& node, Stmt&, const Label& control);
  void visit(Due& node, Stmt&, const Label& control);
  void visit(Yield& node, Stmt&, const Label& control);
  void visit(Skip&, Stmt&, const Label& control);

  // ---------------------------------------------------------------- advice_handlers.cpp: calls, people, time

  // The label of what decided that a handler of this cause runs: the one answer for every statement.
  static Label decided(const Causes& causes, Cause cause, const Label& control);
  static Causes answers(const Label& asked) { return {asked, asked, {}, {}}; }
  // Gives the label of what the handlers go on with in place of a result.
  Label walk_handlers(std::vector<Handler>& handlers, const Causes& causes, const Label& control);
  void walk_event(EventHandler& handler, const Label& control);
  // Binds what the event brings; gives the label of what decides which event is heard.
  Label bind_event(EventPattern& pattern, const Label& control, const Label& which = {});
  void note_wait(const Label& control);
  void hear(Throughout& node, const Label& control);
  void walk_body(Block& body, const Label& control);
  bool require_trusted_hearing(const EventPattern& pattern);
  void require_trusted_time(ExprPtr& moment);
  void require_trusted_scope(uint32_t role, ExprPtr& scope);
  Label filled_in(TaskForm& form);
  void read(LocalId id, Label question, std::vector<Handler>& handlers, const Label& control);

  void visit(ReadOperation& node, Stmt&, const Label& control);
  void visit(ReadView& node, Stmt&, const Label& control);
  void visit(ReadNavigation& node, Stmt&, const Label& control);
  void visit(Ask& node, Stmt&, const Label& control);
  void visit(Task& node, Stmt&, const Label& control);
  void visit(WaitUntil& node, Stmt&, const Label& control);
  void visit(WaitEvent& node, Stmt&, const Label& control);
  void visit(Throughout& node, Stmt&, const Label& control);

  // ---------------------------------------------------------------- advice_runs.cpp: other workflows as
  // parts of this one

  void visit(Run& node, Stmt& stmt, const Label& control);
  void walk_ended(Run& node, Running& running, const Label& control);
  void note_end(uint32_t outcome, ExprPtr& record, const Label& control);

  // ---------------------------------------------------------------- advice_raises.cpp: other workflows

  // The label of the start: who decided that this runs at all.
  Label start();
  // What decides whether the resolver resolves.
  Label resolved_by(Resolver& resolver, const Label& control);
  Label end_of(uint32_t workflow) const;
  void visit(Raise& node, Stmt& stmt, const Label& control);

  // ---------------------------------------------------------------- advice_effects.cpp: what changes systems

  bool writes_with_undo(Block& block);
  // For a block that runs again or beside others: its later writes may have happened before its first
  // statement.
  void expect_undo(Block& block) { undo_pending_ = undo_pending_ || writes_with_undo(block); }
  void walk_approval_again(Granted& grant, const Label& decided);

  // advice_stored.cpp: what is stored without a person, and comes back
  void fill(Proposed& proposed, uint32_t operation, ExprPtr& payload);
  void note_stored(const Approve& node, Span span);
  void store(const StoredAdvice& stored);
  Label asked_for(const ReadOperation& node) const;

  void visit(Notify& node, Stmt& stmt, const Label& control);
  void visit(Propose& node, Stmt&, const Label& control);
  void visit(Approve& node, Stmt& stmt, const Label& control);
  void bind_offer(Approve& node, const Label& control);
  void bind_reason(std::vector<Handler>& handlers, const Label& control);
  void note_known(const Approve& node, const Label& control);
  void visit(Write& node, Stmt& stmt, const Label& control);
  void visit(Finish& node, Stmt&, const Label& control);
  void visit(Fail& node, Stmt& stmt, const Label& control);

  Program& program_;
  Workflow& workflow_;
  AdviceAcross& across_;
  Diagnostics& diagnostics_;
  TrustScope scope_;
  std::map<LocalId, Proposed> proposed_;
  std::map<LocalId, Granted> granted_;
  std::vector<LocalId> held_;  // grants of the blocks around
  std::map<const ForEach*, Collector> loops_;
  std::vector<Collector*> collectors_;  // of the loops around, innermost last
  std::vector<Label> rounds_;           // of the repeats around: who decided that there is another round
  Block* body_;                         // of the workflow that is walked
  std::vector<Running*> running_;       // the runs around, innermost last
  Told& told_;
  std::vector<std::pair<Throughout*, Label>> heard_;  // beside the body that is walked, and who decided it
  bool undo_pending_ = false;  // something may have been written that can be taken back
  Label left_around_;          // who decided, around the workflow that is run, that it is run at all
  Label delay_;                // who decided that something was waited for before this statement
  Label reached_;              // who decided, by that, that an event was heard without which it would not run
};

// The property by which a query asks for what is advice; nothing: for none that is.
std::optional<std::string> advice_asked_for(const Program& program, uint32_t operation);
// Marks the fields of events that are named as what is stored without a person; whether there were any.
bool mark_stored_events(Program& program);

}  // namespace endcap::sema
