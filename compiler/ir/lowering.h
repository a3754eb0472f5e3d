// How lowering is divided: `ProgramLowering` holds what all graphs share; a `FlowLowering` makes one graph.
// Its members stand in one lower_*.cpp per group of constructs.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/sema/typed.h"

namespace endcap::ir {

using sema::LocalId;

// Locals that the code uses and does not define itself: what a child machine must be given.
class FreeLocals {
 public:
  FreeLocals& of(const sema::Block& block);
  FreeLocals& of(
      const sema::EventHandler& handler);  // its guard and body; the key is the parent's to evaluate
  FreeLocals& of(const sema::Expr& condition);
  std::set<LocalId> result() const;

 private:
  void expression(const sema::Expr* expression);
  void statement(const sema::Stmt& stmt);
  void handlers(const std::vector<sema::Handler>& list);
  void event(const sema::EventHandler& handler);
  void pattern(const sema::EventPattern& pattern);
  void use(LocalId local);
  void define(LocalId local);

  std::set<LocalId> used_, defined_;
};

struct ProgramLowering {
  ProgramLowering(sema::Program& program, const SourceMap& source_map);  // takes program.abi

  const SourceMap& sources;
  const std::vector<sema::Policy>& policy_table;
  const std::vector<sema::Workflow>& workflows;
  Program out;
  KnownTypes types;
  std::vector<GraphId> functions, policies;

  uint32_t intern(std::string_view text);                       // index in abi.texts
  uint32_t line(Span span) const;                               // 1-based; 0 when it stands nowhere
  abi::SourcePlace place(Span span);
  uint32_t mark(Mark::Kind kind, std::string text, Span span);  // index in marks; the same place has one
  uint32_t reserve_machine();  // its graph and description follow when they are complete

 private:
  std::map<std::string, uint32_t, std::less<>> texts_;
  std::map<Mark, uint32_t> marks_;
};

class FlowLowering {
 public:
  // A pure graph.
  FlowLowering(ProgramLowering& program, std::string name, Span span, const std::vector<sema::Local>& locals);
  // Whose words a machine is made of: the workflow's, or those of one that is run in it.
  struct Author {
    const sema::Workflow* workflow = nullptr;
    size_t path_prefix = 0;  // how much of its paths is of the workflows around it
  };
  // A machine of a workflow.
  FlowLowering(ProgramLowering& program, const sema::Workflow& workflow, const Author& author,
               abi::MachineKind kind, std::string name);

  // A machine of a route or a sync, over the locals of its delivery.
  FlowLowering(ProgramLowering& program, const sema::Delivery& delivery, std::string name);

  Graph function(const sema::Function& function);
  Graph policy(const sema::Policy& policy);
  void mark_row(const sema::Policy& policy, size_t row);
  void main_machine(uint32_t index);
  // lower_deliveries.cpp: what is done, what it is compared with, and whether it is the same there already.
  void delivery_machine(uint32_t index, const sema::Delivery& delivery);
  void key_machine(uint32_t index, const sema::Delivery& delivery);
  void same_machine(uint32_t index, const sema::Delivery& delivery);

 private:
  // --- a machine and its children (lower.cpp, lower_fanout.cpp)
  struct Child {
    uint32_t machine = 0;
    std::vector<RegisterId> captured;  // the parent's registers, in the order of the child's parameters
  };
  void parameters(const std::vector<LocalId>& captures);
  void finish_machine(uint32_t index);
  void end_of_body();
  // `author`: null for this machine's own.
  Child child(abi::MachineKind kind, const std::string& path, const std::set<LocalId>& free,
              const std::function<void(FlowLowering&)>& body, const Author* author = nullptr);
  void start_parameters();

  void mark(Mark::Kind kind, std::string text, Span span) {
    builder_.mark(program_.mark(kind, std::move(text), span));
  }

  // --- locals
  const sema::Local& local(LocalId id) const { return locals_[id.index]; }
  RegisterId define(LocalId id);  // its register, made when there is none yet
  void set(LocalId id, RegisterId value);
  RegisterId get(LocalId id) const;
  abi::Kind kind(abi::TypeId type) const { return program_.out.abi.types[type].kind; }

  // --- expressions (lower_expressions.cpp, lower_lists.cpp)
  // What follows is of this expression: its place and its label, once its parts have been made.
  void stand_at(const sema::Expr& e);
  RegisterId expression(const sema::Expr& expression);
  RegisterId operation(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId arithmetic(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId short_circuit(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId conditional(const sema::Expr& expression);
  void branch_on(const sema::Expr& condition, BlockId yes, BlockId no);
  RegisterId or_else(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId bounded_optional(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId extreme(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId compare(Predicate predicate, RegisterId a, RegisterId b, abi::TypeId type);
  RegisterId text(std::string_view text, abi::TypeId type);
  RegisterId aggregate(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId first(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId any_or_all(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId list_extreme(const sema::Expr& expression, const sema::Operation& operation);
  RegisterId make_map(const sema::Expr& e, const sema::Operation& o);
  RegisterId allocate(const sema::Expr& expression, const sema::Operation& operation);
  abi::TypeId list_of(abi::TypeId element) const;  // which the analysis has made
  uint8_t scale(abi::TypeId type) const;  // of the value: a percent has two places more than it shows
  // A loop over a list; `body` may leave it early. `next` and `exit` are where `skip` and a break go.
  struct Loop {
    BlockId next, exit;
  };
  void loop(RegisterId list, RegisterId element, const std::string& name,
            const std::function<void(const Loop&)>& body);
  // A loop over the list of an aggregate, without what its `where` leaves out.
  void each(const sema::Expr& list, LocalId variable, const std::function<void(const Loop&)>& body);
  RegisterId filter(RegisterId list, LocalId variable, const sema::Expr* where);

  // --- statements (lower_control.cpp)
  void block(const sema::Block& block);
  void statement(const sema::Stmt& stmt);
  void lower(const sema::Stmt&, const sema::Let&);
  void lower(const sema::Stmt&, const sema::When&);
  void lower(const sema::Stmt&, const sema::Match&);
  void lower(const sema::Stmt&, const sema::Repeat&);
  void lower(const sema::Stmt&, const sema::Again&);
  void lower(const sema::Stmt&, const sema::Step&);
  void lower(const sema::Stmt&, const sema::Due&);
  void lower(const sema::Stmt&, const sema::Yield&);
  void lower(const sema::Stmt&, const sema::Skip&);
  void lower(const sema::Stmt&, const sema::Finish&);
  void lower(const sema::Stmt&, const sema::Fail&);
  void skip();
  RegisterId outcome_record(uint32_t outcome, const sema::ExprPtr& record);
  // lower_calls.cpp
  void lower(const sema::Stmt&, const sema::ReadOperation&);
  void lower(const sema::Stmt&, const sema::ReadView&);
  void lower(const sema::Stmt&, const sema::ReadNavigation&);
  void lower(const sema::Stmt&, const sema::Ask&);
  void lower(const sema::Stmt&, const sema::Notify&);
  std::vector<abi::WaitPoint::Prefilled> prefilled(const sema::TaskForm& form,
                                                   std::vector<RegisterId>& operands);
  void lower(const sema::Stmt&, const sema::Task&);
  void lower(const sema::Stmt&, const sema::Raise&);
  void call(uint32_t state, std::vector<RegisterId> operands, LocalId result,
            const std::vector<sema::Handler>& handlers, const sema::Block* too_many_failed = nullptr);
  std::vector<RegisterId> expressions(const std::vector<sema::ExprPtr>& list);
  // lower_approvals.cpp
  void lower(const sema::Stmt&, const sema::Propose&);
  void lower(const sema::Stmt&, const sema::Approve&);
  void lower(const sema::Stmt&, const sema::Write&);
  struct Outlet;
  struct WriteSite {
    std::string path;
    RegisterId grant, target, facts;  // facts: as they are now, when they changed
    BlockId changed, expired, refused;
  };
  void approval_handlers(const sema::Stmt& stmt, const sema::Write& write, Outlet& outlet, WriteSite& site);
  void ask_again(const sema::Stmt& stmt, const sema::Write& write, const WriteSite& site, Outlet& outlet);
  RegisterId leaf(const sema::Propose& propose, abi::TypeId leaf_type);
  RegisterId rows_of(RegisterId proposal, sema::PolicyId policy);
  RegisterId row_of(RegisterId facts, sema::PolicyId policy);
  // lower_fanout.cpp
  void lower(const sema::Stmt&, const sema::ForEach&);
  void lower(const sema::Stmt&, const sema::Together&);
  void lower(const sema::Stmt&, const sema::Throughout&);
  void lower(const sema::Stmt&, const sema::Run&);
  void for_each_in_sequence(const sema::ForEach& each);
  void for_each_in_parallel(const sema::Stmt& stmt, const sema::ForEach& each);
  // lower_sweeps.cpp
  void sweep(const sema::Stmt& stmt, const sema::ForEach& each);
  Child sweep_guard(const std::string& path, const sema::ForEach& each);
  void parameter(LocalId id);
  void call_loop(uint32_t state, const sema::ForEach& each, std::vector<RegisterId> operands);
  // lower_waits.cpp
  void lower(const sema::Stmt&, const sema::WaitUntil&);
  void lower(const sema::Stmt&, const sema::WaitEvent&);
  void late(const sema::WaitUntil& wait, BlockId after);
  void key(const sema::EventPattern& pattern, abi::Subscription& subscription,
           std::vector<RegisterId>& operands);
  uint32_t guard(const sema::EventPattern& pattern);
  void bind(const sema::EventPattern& pattern, RegisterId record);

  // --- waiting (lower_handlers.cpp)
  uint32_t add_wait(const sema::Stmt& stmt, abi::WaitKind kind);
  abi::WaitPoint& wait(uint32_t state) { return machine_.states[state]; }
  BlockId park(uint32_t state,
               const std::vector<RegisterId>& operands);  // the block that parks; afterwards none is open
  // `calendar`: by which it counts where it is business time.
  abi::TimeLimit time_limit(const sema::Expr& expression, std::optional<uint32_t> calendar,
                            std::vector<RegisterId>& operands);
  BlockId unhandled(uint32_t state);  // a block that says so
  // Where the tags of one wait point go. Handlers are lowered once, however many causes share them.
  struct Outlet {
    BlockId retry, after;
    LocalId result;  // for `continue with`
    std::function<void()> ask_again;
    std::map<const sema::Block*, BlockId> lowered;
    BlockId unhandled;
  };
  void handler_end(sema::Next next, const sema::Expr* value, Outlet& outlet);
  BlockId handler(const sema::Handler& handler, Outlet& outlet);
  BlockId binding_handler(const sema::Handler& each, Outlet& outlet);
  BlockId handler_of(sema::Cause cause, const std::vector<sema::Handler>& handlers,
                     Outlet& outlet);  // or unhandled
  BlockId rejections(const std::vector<sema::Handler>& handlers, BlockId otherwise, Outlet& outlet);
  // lower_runs.cpp: false when no handler takes the outcome
  bool run_handler(const sema::Run& run, uint32_t outcome, Outlet& outlet,
                   const std::function<void(uint32_t)>& at_outcome);

  ProgramLowering& program_;
  const sema::Workflow* workflow_ = nullptr;
  Author author_;
  const std::vector<sema::Local>& locals_;
  Graph graph_;
  abi::Machine machine_;
  GraphBuilder builder_;
  bool begun_ = false;  // a block of it has been lowered: the first is its body
  std::map<LocalId, RegisterId> registers_;
  struct LoopScope {
    BlockId next;
    RegisterId collected;
  };
  std::vector<LoopScope> loops_;   // in sequence, innermost last
  std::vector<BlockId> rounds_;    // where the next round of a `repeat` begins, innermost last
  std::vector<std::string> dues_;  // paths of the `due`s of the steps around, outermost first
  std::string prefix_;             // of wait point paths, where an approval's handlers stand again at a write
};

// The machines of routes and syncs.
void lower_deliveries(ProgramLowering& lowering, const sema::Program& program);

std::string last_part(const std::string& name);  // "retail.launch.Launch" -> "Launch"

// SHA-256, in hex, over what an upgrade must respect: wait points, their live values and labels, grants,
// payload shapes.
std::string signature(const abi::Program& program, uint32_t workflow);

}  // namespace endcap::ir
