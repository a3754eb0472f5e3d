// One workflow: statements from syntax to typed tree, in source order, one function per construct.
#pragma once

#include <set>

#include "compiler/sema/expressions.h"

namespace endcap::sema {

class WorkflowChecker {
 public:
  WorkflowChecker(Context& context, uint32_t index);
  void run();

 private:
  // The body of a workflow that `host` runs, once more: over the locals of the host, behind `path`.
  WorkflowChecker(WorkflowChecker& host, uint32_t index, std::vector<std::string> path);

  // What a handler can hear at a statement, and how it may go on.
  struct Site {
    std::string what;  // "the write of Price.activate", for messages
    const std::vector<std::string>* rejections = nullptr;
    std::vector<Cause> causes;  // beside declared rejections
    std::vector<Cause> required;
    std::vector<Next> nexts;       // beside ending and `skip`
    TypeId result = abi::kNoType;  // what `continue with` gives
    Span declared;                 // of the operation
    bool ends_by_itself = false;   // trying again does: a grant is valid until a moment
    // What ended, when it is a workflow: `rejections` are the names of its outcomes.
    const std::vector<abi::Outcome>* outcomes = nullptr;
    bool decided_as_a_whole = false;       // an approval that is not `by line`
    bool takes_no_offer = false;           // an approval that can't be countered
    TypeId offered = abi::kNoType;         // what it is countered with
    const SystemConfig* system = nullptr;  // that is called; null: it is no call
    std::string leaf = {};                 // of a call: its name in paths
    TypeId rejected = abi::kNoType;        // what a rejection of an approval comes with
  };

  // workflow_checker.cpp: parameters, key, blocks
  void start_parameters();
  void instance_key(const ast::WorkflowDecl& tree);
  void key_not_given(const ast::WorkflowDecl& tree, const ast::ExprPtr& part);
  const WorkflowInfo& info() const { return context_.workflows[index_]; }
  abi::Workflow& out() { return context_.program.abi.workflows[index_]; }
  Workflow& workflow() { return context_.program.workflows[index_]; }
  Block block(const ast::Block& tree, const std::string& what);
  Block statements(const ast::Block& tree);
  std::optional<Stmt> statement(const ast::Stmt& tree);
  template <typename Node>
  Stmt make(Span span, Node node, std::string path = {}) {
    Stmt stmt{span, std::move(path), {}};
    stmt.node = std::move(node);
    return stmt;
  }
  ExprPtr moment(const ast::ExprPtr& tree);
  // A deadline that may be missing, which is told: `what` has none.
  // `kept`: those who are asked keep a calendar.
  ExprPtr deadline(const ast::ExprPtr& tree, Span span, const std::string& what, bool kept = false);
  // `remind after`, `escalate ... after`: sooner than the deadline.
  ExprPtr before_deadline(const ast::ExprPtr& tree, const Expr* within, const std::string& what,
                          bool kept = false);
  LocalId bind_leaving(const ast::Name& name, TypeId type);
  void note_mention(LocalId local, Span span);

  // upgrades.cpp: what is said of instances of older versions
  void upgrades();
  void renames(const ast::UpgradeClause& clause, abi::UpgradeClause& made);
  void upgrade_value(const ast::UpgradeClause::Default& value, abi::UpgradeClause& made);
  std::optional<TypeId> upgrade_type(const ast::Name& name);
  // rereads.cpp: `let x = reread`
  void reread(const ast::Name& name, abi::UpgradeClause& made);
  TypeId reread_payload(abi::ReadKind kind, uint32_t target);
  std::optional<abi::UpgradeClause::Reread::Cell> reread_cell(const Expr& expr);

  // paths.cpp: identities of wait points
  // `span` is of what waits there. Two of one name are told.
  std::string path(const std::string& leaf, Span span);
  std::string passing_path(const std::string& leaf, Span span);
  std::string path_to(const std::string& leaf) const;
  struct Inside {  // a component, for the life of a block
    Inside(WorkflowChecker& given, std::string component) : checker(given) {
      checker.path_.push_back(std::move(component));
    }
    ~Inside() { checker.path_.pop_back(); }
    Inside(const Inside&) = delete;
    WorkflowChecker& checker;
  };

  // reads.cpp, calls
  using Made = std::optional<Stmt>;
  Made of(const ast::Stmt& tree, const ast::ErrorStmt& node);
  Made of(const ast::Stmt& tree, const ast::LetStmt& node);
  Made of(const ast::Stmt& tree, const ast::ReadStmt& node);
  Made read(const ast::Stmt& tree, const ast::Read& node, const ast::Name& name);
  Made read_again(const ast::Stmt& tree, const ast::Read& node, const ast::Name& name);
  Made read_navigation(const ast::Stmt& tree, const ast::Read& node, const ast::FieldExpr& field,
                       const ast::Name& name);
  Made read_operation(const ast::Stmt& tree, const ast::Read& node, const ast::CallExpr& call,
                      uint32_t operation, const ast::Name& name);
  Made read_view(const ast::Stmt& tree, const ast::Read& node, const ast::CallExpr& call, uint32_t view,
                 const ast::Name& name);
  Made not_readable(Span span, const ast::Name& name);
  Site reading(std::string what, TypeId result, const ast::Name& name, const SystemConfig* system) const;
  // asks.cpp
  Made of(const ast::Stmt& tree, const ast::AskStmt& node);
  Made ask(const ast::Stmt& tree, const ast::Ask& node, const ast::LetStmt& let);
  Made of(const ast::Stmt& tree, const ast::NotifyStmt& node);
  // The payload of a call; Invalid when it can't be built. `arguments` are left for the facts.
  ExprPtr payload(uint32_t operation, Span span, const std::vector<ast::Argument>& given,
                  std::vector<ExprPtr>& arguments);

  // people.cpp
  ExprPtr scope(std::optional<uint32_t> role, const ast::Name& name, const ast::ExprPtr& tree);
  std::optional<uint32_t> calendar_of(std::optional<uint32_t> role) const;
  bool keep_calendars(const std::vector<PolicyId>& asked) const;
  const Expr* business_time(const Approve& approve) const;
  std::optional<uint32_t> calendar_of(const std::vector<PolicyId>& asked, const Approve& approve);
  std::optional<TaskForm> form(const ast::Form& tree);
  void prefill(const ast::Form& tree, const ast::Argument& argument, TaskForm& form);

  // proposals.cpp, approvals.cpp, writes.cpp
  Made propose(const ast::Stmt& tree, const ast::Propose& node, const ast::Name& name);
  Made of(const ast::Stmt& tree, const ast::ApproveStmt& node);
  Made of(const ast::Stmt& tree, const ast::WriteStmt& node);
  std::vector<PolicyId> asked_policies(const ast::ApproveStmt& node);
  void require_governing(const ast::ApproveStmt& node, const std::vector<PolicyId>& asked,
                         const ast::Name& proposal, LocalId local);
  std::vector<LocalId> proposals(const ast::ApproveStmt& node, const std::vector<PolicyId>& asked);
  abi::WaitPoint::Reasons reasons(const ast::ApproveStmt& node);
  void require_lines(Span by_line, const ast::Name& grant, const std::vector<LocalId>& proposals);
  std::optional<LocalId> find_of_kind(const ast::Name& name, Kind kind, DiagnosticKind unknown);
  bool resolve_target(const ast::Stmt& tree, const ast::WriteStmt& node, Write& write);
  void link_approvals();

  // handlers.cpp
  std::vector<Handler> handlers(const std::vector<ast::Handler>& trees, const Site& site, Span span);
  void handler(const ast::Handler& tree, const Site& site, std::vector<Handler>& into);
  std::optional<std::pair<Cause, uint32_t>> cause(const ast::Name& name, const Site& site);
  Next next(const std::optional<ast::HandlerEnd>& end, const Site& site, Cause cause, ExprPtr& value);
  Diagnostic& refuse_end(const ast::HandlerEnd& end, const std::string& where);
  static std::string ends_of(const Site& site, Cause cause);
  void require_an_end(const std::optional<ast::HandlerEnd>& end, Next next, const Site& site,
                      const Block& body);

  void bind_values(const ast::Handler& tree, const Site& site,
                   const std::vector<std::pair<Cause, uint32_t>>& causes, Handler& into);

  // fallbacks.cpp: what `throughout` says for every call to a system
  struct SaidForAll {
    const ast::Fallback* tree = nullptr;
    std::vector<std::pair<Cause, const SystemConfig*>> of = {};
    Scope::Place from = {};                // what it knows
    std::shared_ptr<Fallback> drawn = {};  // the first of them, for readers
    std::set<std::string> steps = {};      // that it has
    std::set<std::pair<Cause, const SystemConfig*>> used = {};
    size_t times = 0;
  };
  std::shared_ptr<const Fallback> say_for_all(const ast::Fallback& tree);
  void fall_back(const Site& site, Span call, std::vector<Handler>& into);
  Handler stand_at(SaidForAll& said, Cause cause, const Site& site, Span call);
  Block body_at(SaidForAll& said, Cause cause, const Site& site, Handler& into);
  void fits_there(const ast::Fallback& tree);
  bool can_go_on_so(const ast::Fallback& tree, const Site& site);
  void tell_unused(const SaidForAll& said, size_t which);
  void end_fallbacks(size_t errors_before);

  // moved_grants.cpp: grants that are given to workflows that are run
  struct MovedGrant {
    LocalId grant;          // of whoever asked for it; in a workflow that is looked at alone, one made up
    uint32_t proposal = 0;  // which of its proposals
    LocalId target;         // the one element that it is given for; invalid: each, or its only write
    uint32_t operation = 0;
    TypeId element = abi::kNoType;  // what there is one write each of; none: one write
    bool for_each() const { return element != abi::kNoType && !target.valid(); }
  };
  using MovedGrants = std::map<std::string, MovedGrant>;  // by parameter
  std::optional<MovedGrant> grant_parameter(const ast::Parameter& parameter);
  LocalId declare_grant(const ast::Parameter& parameter);
  ExprPtr take_grant(const ast::RunStmt& node, const ast::Argument& argument, const std::string& parameter,
                     const MovedGrant& wanted, Run& into, MovedGrants& moved);
  bool resolve_moved(const ast::Stmt& tree, const ast::WriteStmt& node, const MovedGrant& moved,
                     Write& write);

  // runs.cpp: other workflows as parts of this one
  Made of(const ast::Stmt& tree, const ast::RunStmt& node);
  bool run_arguments(const ast::RunStmt& node, Span span, Run& into, MovedGrants& moved);
  std::vector<LocalId> run_parameters(const MovedGrants& moved);
  bool run_body(const ast::RunStmt& node, std::vector<std::string> path, const MovedGrants& moved, Run& into);
  bool run_handlers(const ast::RunStmt& node, Run& into);
  bool run_result(const ast::RunStmt& node, Run& into);
  bool pass_on(const ast::RunStmt& node, uint32_t outcome, Run& into);

  // people.cpp, waits.cpp, events.cpp
  Made of(const ast::Stmt& tree, const ast::TaskStmt& node);
  Made of(const ast::Stmt& tree, const ast::WaitUntilStmt& node);
  Made of(const ast::Stmt& tree, const ast::WaitEventStmt& node);
  Made of(const ast::Stmt& tree, const ast::ThroughoutStmt& node);
  bool pattern(const ast::EventPattern& tree, const ast::Name* record_name, EventPattern& into);
  std::optional<EventHandler> event_handler(const ast::EventHandler& tree, bool waiting);

  // exceptions.cpp
  Block exception_body(const ast::ExceptionDecl& tree);
  Task response(const ast::ExceptionDecl& tree);
  std::optional<Resolver> resolver(const ast::Call& tree);
  ExprPtr start_record(uint32_t workflow, const std::vector<ast::Argument>& given, const std::string& name,
                       Span span);
  Made of(const ast::Stmt& tree, const ast::RaiseStmt& node);

  // control.cpp, outcomes.cpp
  Made of(const ast::Stmt& tree, const ast::WhenStmt& node);
  Made of(const ast::Stmt& tree, const ast::MatchStmt& node);
  Made of(const ast::Stmt& tree, const ast::ForEachStmt& node);
  Made of(const ast::Stmt& tree, const ast::TogetherStmt& node);
  Made of(const ast::Stmt& tree, const ast::RepeatStmt& node);
  Made of(const ast::Stmt& tree, const ast::AgainStmt& node);
  bool can_say_again(Span span);
  std::vector<std::pair<LocalId, ExprPtr>> first_round(const std::vector<ast::Handed>& with);
  Made of(const ast::Stmt& tree, const ast::StepStmt& node);
  Made of(const ast::Stmt& tree, const ast::StepUntilStmt& node);
  Made of(const ast::Stmt& tree, const ast::DueStmt& node);
  std::optional<Block> late_handler(const std::vector<ast::Handler>& trees);
  bool can_be_due(const ast::Stmt& tree);
  void name_step(const ast::Name& name);
  // tolerance.cpp
  std::optional<abi::Tolerance> tolerance(const ast::ForEachStmt& node);
  TypeId element_of(const Expr& list);
  void sweep_rules(const ast::Stmt& tree, const ast::ForEachStmt& node);
  Made of(const ast::Stmt& tree, const ast::YieldStmt& node);
  Made of(const ast::Stmt& tree, const ast::SkipStmt& node);
  Made of(const ast::Stmt& tree, const ast::FinishStmt& node);
  Made of(const ast::Stmt& tree, const ast::FailStmt& node);
  std::optional<std::pair<uint32_t, ExprPtr>> outcome(const ast::Name& name,
                                                      const std::vector<ast::Argument>& arguments,
                                                      bool failure, Span span);
  // The outcome's index; what does not agree with the ends elsewhere is told.
  std::optional<uint32_t> outcome(const ast::Name& name, TypeId record, bool failure);
  bool match_values(const ast::MatchStmt::Arm& arm, TypeId subject, std::map<uint32_t, Span>& seen,
                    Match::Arm& into);

  Context& context_;
  uint32_t index_;
  uint32_t module_;
  std::vector<Local> own_locals_;
  std::vector<Local>& locals_;  // its own, or those of the workflow that runs it
  Scope scope_;
  Expressions expressions_;

  std::vector<std::string> path_;
  std::map<std::string, Span> own_paths_;
  std::map<std::string, Span>& paths_;  // of wait points: the first of each name
  std::map<std::string, Span> steps_;
  const ast::Stmt* step_head_ = nullptr;     // the first statement of the step whose body is looked at
  std::vector<LocalId>* leaving_ = nullptr;  // names that leave the step whose top level this is
  uint64_t statements_ = 0;                  // with those of the workflows it runs
  size_t nesting_ = 0;                       // of blocks: 1 is the workflow's own
  struct Collected {
    TypeId type = abi::kNoType;
    Span span;
    bool any = false;
  };
  struct Rounds {
    bool again = false;              // somebody says it
    std::vector<LocalId> handed_on;  // names that may be other in the next one
  };
  Rounds* rounds_ = nullptr;            // of the innermost `repeat` in this loop, branch or handler of events
  std::vector<Collected*> collecting_;  // of the loops around, null for those that don't
  std::map<std::string, Span> outcomes_;
  MovedGrants moved_;  // parameters of this workflow that are grants

  std::vector<SaidForAll> said_for_all_;
  bool falling_back_ = false;  // in what is said for all calls: its own have none
  uint64_t fallback_statements_ = 0;
  bool beside_late_step_ = false;  // in `on late`
  std::optional<Span> tolerated_;  // the `tolerate` of the loop around: an element may fail alone

  // Ratios must not live across a wait: the wait and the machine each was made in.
  size_t waits_ = 0, machine_ = 0;
  std::map<LocalId, std::pair<size_t, size_t>> made_;
};

void check_workflows(Context& context);

// The workflow, checked when first needed, so that their order does not matter and a round of calls is seen.
// False: it can't be run, which is told.
bool require_workflow(Context& context, uint32_t index, Span use);

// Whether nothing in the block is more than what may happen beside a step that is late; else `other` is that.
bool only_tells(const ast::Block& block, Span& other);
// What in the block would run beside an element; null: nothing.
const ast::Stmt* branching(const ast::Block& block);

// Whether every path through the block finishes or fails the workflow.
bool ends_workflow(const Block& block);

}  // namespace endcap::sema
