// Grants are affine: what was approved once is written once. The engine refuses a second use; this pass says
// so before launch week. It follows every path with the set of leaves that may have been written on it.
#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/values.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

struct Leaf {
  LocalId grant;
  uint32_t proposal = 0;  // of the grant's
  uint32_t target = 0;    // number of its value; 0: a single leaf
  auto operator<=>(const Leaf&) const = default;
};
struct Use {
  Span span;
  std::set<LocalId> varies;  // loop variables and events that the target changes with
};
using Written = std::map<Leaf, Use>;

// By operation: one that takes it back, wherever that is proposed so.
using Inverses = std::map<uint32_t, uint32_t>;

using FoundAt = std::pair<SourceId, uint32_t>;  // of a finding: one each, in whatever workflow it is met
using AllTold = std::set<FoundAt>;
FoundAt found_at(Span span) { return {span.source, span.begin}; }

void merge(Written& into, const Written& from) { into.insert(from.begin(), from.end()); }

class GrantPass {
 public:
  GrantPass(const Program& program, const Inverses& inverses, Workflow& workflow, Diagnostics& diagnostics,
            AllTold& told)
      : program_(program), inverses_(inverses), workflow_(workflow), diagnostics_(diagnostics), told_(told) {}

  void run() {
    Written written;
    walk(workflow_.body, written);
    for (const auto& [grant, span] : granted_) {
      if (!used_.contains(grant)) diagnostics_.emit(DiagnosticKind::GrantUnused, span, {name(grant)});
    }
    for (const auto& [proposal, span] : proposed_) {
      if (!approved_.contains(proposal))
        diagnostics_.emit(DiagnosticKind::ProposalUnused, span, {name(proposal)});
    }
  }

 private:
  const std::string& name(LocalId id) const { return workflow_.locals[id.index].name; }
  LocalId proposal_of(const Leaf& leaf) const {
    return workflow_.locals[leaf.grant.index].grant_of[leaf.proposal];
  }

  // Each gives whether control goes on behind it, with `written` as it is then.
  bool walk(Block& block, Written& written) {
    return std::ranges::all_of(block.statements, [&](Stmt& stmt) { return visit(stmt, written); });
  }
  bool visit(Stmt& stmt, Written& written) {
    return std::visit([&](auto& node) { return go(node, stmt, written); }, stmt.node);
  }

  // ---------------------------------------------------------------- what is done again

  // A loop's body, an event handler, a handler that retries. What is approved inside is approved anew.
  struct Again {
    Span span;
    LocalId variable;  // invalid: every time is like the one before
    std::set<LocalId> approved;
  };

  void begin(Span span, LocalId variable) { again_.push_back({span, variable, {}}); }
  // `out` comes back to where `before` was.
  void end(const Written& before, const Written& out) {
    const Again again = std::move(again_.back());
    again_.pop_back();
    for (const auto& [leaf, use] : out) {
      if (before.contains(leaf) || again.approved.contains(leaf.grant) || of_runs_.contains(leaf.grant))
        continue;
      if (again.variable.valid() && use.varies.contains(again.variable)) continue;
      if (!told_.insert(found_at(use.span)).second) continue;
      const Local& proposal = workflow_.locals[proposal_of(leaf).index];
      diagnostics_.emit(DiagnosticKind::GrantInLoop, use.span, {name(leaf.grant), proposal.name})
          .label(proposal.span, "proposed here")
          .label(again.span, "this can happen more than once");
    }
  }

  // Leaves the element, or the event handler that stands for one.
  void leave(const Written& written) {
    if (!exits_.empty()) merge(exits_.back(), written);
  }

  // ---------------------------------------------------------------- writes

  bool covers_all(const Leaf& leaf) const {
    const auto all = leaves_.find(proposal_of(leaf));
    return all != leaves_.end() &&
           (leaf.target == all->second || leaf.target == values_.unfiltered(all->second));
  }

  // A leaf that is surely, or as far as can be told, the same.
  Written::const_iterator known(const Written& written, const Leaf& leaf) const {
    auto at = written.lower_bound({leaf.grant, leaf.proposal, 0});
    for (; at != written.end() && at->first.grant == leaf.grant && at->first.proposal == leaf.proposal;
         ++at) {
      const uint32_t one = at->first.target, other = leaf.target;
      if (any_.contains(one) || any_.contains(other)) return at;
      if (one == other || values_.unfiltered(one) == other || values_.unfiltered(other) == one ||
          covers_all(at->first) || covers_all(leaf))
        return at;
    }
    return written.end();
  }

  Diagnostic* twice(const Leaf& leaf, Span span, Span first) {
    if (!told_.insert(found_at(span)).second) return nullptr;
    return &diagnostics_
                .emit(DiagnosticKind::GrantWrittenTwice, span, {name(leaf.grant), name(proposal_of(leaf))})
                .label(first, "written here first");
  }

  // What `and compensate` finds written and leaves, though nobody said that it stays.
  void compensate(const Written& written, Span fail) {
    for (const auto& [leaf, use] : written) {
      if (before_ && before_->contains(leaf)) continue;
      const LocalId proposal = proposal_of(leaf);
      const auto& info = workflow_.locals[proposal.index].proposal;
      if (!info || info->undo || info->keep || !left_.insert(proposal).second) continue;
      const Span span = workflow_.locals[proposal.index].span;
      if (!told_.insert(found_at(span)).second) continue;
      const auto inverse = inverses_.find(info->operation);
      const std::string elsewhere =
          inverse == inverses_.end()
              ? ""
              : "elsewhere it is taken back by " + program_.abi.operations[inverse->second].name + ": ";
      diagnostics_
          .emit(DiagnosticKind::CompensationMissing, span, {program_.abi.operations[info->operation].name})
          .label(fail, "this takes back what has an `undo`")
          .label(use.span, "written here")
          .note(elsewhere + "add an `undo`, or say behind the call that it stays: `and keep`");
    }
  }

  bool go(Write& write, Stmt& stmt, Written& written) {
    used_.insert(write.grant);
    if (const auto fail = compensating_.find(write.grant); fail != compensating_.end())
      compensate(written, fail->second);
    // The approval's handlers stand here too.
    for (const auto& [leaf, use] : of_handlers_[write.grant]) {
      const auto first = known(written, leaf);
      if (first == written.end() || told_.contains(found_at(use.span))) continue;
      if (Diagnostic* told = twice(leaf, stmt.span, first->second.span))
        told->label(use.span, "written again here, when the approval no longer holds");
    }
    Leaf leaf{write.grant, write.proposal, 0};
    Use use{stmt.span, {}};
    if (write.target) {
      Value target = values_.of(*write.target);
      leaf.target = target.number;
      use.varies = std::move(target.varies);
    }
    if (const auto first = known(written, leaf); first != written.end())
      twice(leaf, stmt.span, first->second.span);
    written.emplace(leaf, use);
    if (throughout_.valid()) compensate({{leaf, use}}, throughout_);
    for (Written* all : collecting_) all->emplace(leaf, use);
    const Written without = written;
    handlers(stmt, written);
    refused(write, without, written);
    return true;
  }

  // What the handler of a refused line writes is written when its element is left, or the write is gone past.
  void refused(const Write& write, const Written& without, Written& after) {
    if (!write.approval) return;
    for (const Handler& handler : write.approval->handlers) {
      if (handler.cause != Cause::Refused || !handler.body) continue;
      Written here = without;
      merge(here, of_handlers_[write.grant]);
      if (handler.next == Next::Skip) leave(here);
      if (handler.next == Next::Again) begin_round(here);
      if (handler.next == Next::Continue) merge(after, here);
      for (Written* all : collecting_) merge(*all, of_handlers_[write.grant]);
    }
  }

  bool go(Propose& propose, Stmt& stmt, Written&) {
    proposed_[propose.local] = stmt.span;
    if (propose.variable.valid())
      leaves_[propose.local] = values_.element(propose.variable, *propose.list, propose.where.get()).number;
    return true;
  }

  bool go(Approve& approve, Stmt& stmt, Written& written) {
    granted_[approve.grant] = stmt.span;
    approved_.insert(approve.proposals.begin(), approve.proposals.end());
    for (Again& again : again_) again.approved.insert(approve.grant);
    std::erase_if(written, [&](const auto& each) { return each.first.grant == approve.grant; });
    Written all;
    collecting_.push_back(&all);
    const size_t before = compensations_.size();
    handlers(stmt, written);
    if (compensations_.size() > before) compensating_[approve.grant] = compensations_.back();
    collecting_.pop_back();
    of_handlers_[approve.grant] = std::move(all);
    return true;
  }

  // ---------------------------------------------------------------- handlers

  void handlers(Stmt& stmt, Written& written) {
    Written after = written;
    std::set<const Block*> seen;  // a body shared by two causes is looked at once
    visit_handlers(stmt, [&](Handler& handler) {
      if (!handler.body || !seen.insert(handler.body.get()).second) return;
      const bool of_approval = std::holds_alternative<Approve>(stmt.node);
      if (handler.cause == Cause::Refused && of_approval) {  // at its writes
        Written here = written;
        walk(*handler.body, here);
        return;
      }
      // Not at its writes: nothing is granted yet. A body that stands for other causes too is at the writes.
      const bool offered = handler.cause == Cause::Countered && of_approval && alone(stmt, handler);
      Written* const all = offered ? std::exchange(collecting_.back(), &nowhere_) : nullptr;
      const bool again = handler.next == Next::Retry || handler.next == Next::AskAgain;
      if (again) begin(handler.span, LocalId());
      Written here = written;
      const bool falls = walk(*handler.body, here);
      if (offered) collecting_.back() = all;
      if (again) end(written, falls ? here : written);
      if (!falls || handler.next == Next::FallOut) return;
      if (handler.next == Next::Again) {
        begin_round(here);
      } else {
        handler.next == Next::Skip ? leave(here) : merge(after, here);
      }
    });
    written = std::move(after);
  }

  static bool alone(Stmt& stmt, const Handler& handler) {
    size_t causes = 0;
    visit_handlers(stmt, [&](Handler& each) { causes += each.body == handler.body; });
    return causes == 1;
  }

  // What an event brings is new each time.
  void bind(const EventPattern& pattern, std::set<LocalId> varies) {
    values_.define(pattern.record, values_.fresh(varies));
    for (const auto& [local, field] : pattern.bindings) values_.define(local, values_.fresh(varies));
  }

  bool go(WaitUntil& wait, Stmt&, Written& written) {
    if (wait.if_late == ast::WaitUntilStmt::IfLate::Skip || (wait.late_fail && tolerated_)) leave(written);
    Written after = written;
    for (EventHandler& handler : wait.handlers) {
      bind(handler.pattern, {handler.pattern.record});
      begin(handler.span, handler.pattern.record);
      const bool gives_up = elements_ == 0;  // `skip` gives up the handler, where there is no element
      if (gives_up) exits_.emplace_back();
      Written here = written, back;
      const bool falls = walk(handler.body, here);
      if (gives_up) {
        back = std::move(exits_.back());
        exits_.pop_back();
      }
      if (falls) {
        const bool leaves = handler.next == Next::Skip && !gives_up;
        leaves ? leave(here) : merge(handler.next == Next::Continue ? after : back, here);
      }
      end(written, back);
      merge(after, back);
    }
    written = std::move(after);
    return true;
  }

  // Beside the workflow, whenever the event comes: what a handler writes may have been written at any time.
  bool go(Throughout& throughout, Stmt&, Written& written) {
    for (EventHandler& handler : throughout.handlers) {
      bind(handler.pattern, {handler.pattern.record});
      begin(handler.span, handler.pattern.record);
      exits_.emplace_back();
      Written here = written, ever;
      const int elements = std::exchange(elements_, 0);
      const size_t before = compensations_.size();
      collecting_.push_back(&ever);
      if (walk(handler.body, here)) leave(here);
      if (compensations_.size() > before) throughout_ = compensations_.back();
      collecting_.pop_back();
      elements_ = elements;
      const Written back = std::move(exits_.back());
      exits_.pop_back();
      end(written, back);
      merge(written, ever);
    }
    return true;
  }

  std::set<LocalId> variables_around() const {
    std::set<LocalId> around;
    for (const Again& again : again_) {
      if (again.variable.valid()) around.insert(again.variable);
    }
    return around;
  }

  bool go(WaitEvent& wait, Stmt& stmt, Written& written) {
    handlers(stmt, written);
    bind(wait.pattern, variables_around());
    return true;
  }

  // What a workflow that is run writes by grants of its own was looked at where it stands. Those that it is
  // given are used here too: all that it may write by them it has written.
  bool go(Run& run, Stmt& stmt, Written& written) {
    for (size_t i = 0; i < run.arguments.size(); ++i)
      values_.define(run.parameters[i], values_.of(*run.arguments[i]));
    const std::set<LocalId> around = variables_around();
    bool moved = false;
    Written own;
    visit_statements(run.body, [&](Stmt& each) {
      const auto* write = std::get_if<Write>(&each.node);
      moved = moved || (write && write->moved);
      if (write) own.emplace(Leaf{write->grant, write->proposal, 0}, Use{each.span, {}});
    });
    if (moved) {
      Written all, here = written;
      collecting_.push_back(&all);
      exits_.emplace_back();
      const Written* const around_it =
          std::exchange(before_, &written);  // its `fail` takes back its own only
      walk(run.body, here);
      before_ = around_it;
      exits_.pop_back();
      collecting_.pop_back();
      merge(written, all);
    } else {
      ran(own, written);
    }
    for (Handler& handler : run.handlers) {
      for (const auto& [local, field] : handler.bindings) values_.define(local, values_.fresh(around));
    }
    handlers(stmt, written);
    if (run.result.valid()) values_.define(run.result, values_.fresh(around));
    return true;
  }

  // What it wrote is taken back with the rest, where this workflow compensates.
  void ran(const Written& own, Written& written) {
    for (const auto& [leaf, use] : own) of_runs_.insert(leaf.grant);
    merge(written, own);
    for (Written* all : collecting_) merge(*all, own);
    if (throughout_.valid()) compensate(own, throughout_);
  }

  // ---------------------------------------------------------------- control

  void begin_round(const Written& written) {
    if (!rounds_.empty()) merge(rounds_.back(), written);
  }

  bool go(Repeat& repeat, Stmt& stmt, Written& written) {
    // What another round may have under its name may be any of its kind; nobody tells which.
    std::set<LocalId> changed;
    visit_statements(repeat.body, [&](Stmt& each) {
      const auto* again = std::get_if<sema::Again>(&each.node);
      if (!again) return;
      for (const auto& [local, value] : again->with) changed.insert(local);
    });
    for (const auto& [local, value] : repeat.with) {
      const Value first = values_.of(*value);
      const Value known = changed.contains(local) ? values_.fresh({}) : first;
      if (changed.contains(local)) any_.insert(known.number);
      values_.define(local, known);
    }
    begin(stmt.span, LocalId());
    rounds_.emplace_back();
    Written here = written;
    const bool falls = walk(repeat.body, here);
    Written back = std::move(rounds_.back());
    rounds_.pop_back();
    end(written, back);
    Written last = written;
    merge(last, back);
    walk(repeat.otherwise, last);
    written = std::move(here);
    return falls;
  }
  bool go(sema::Again&, Stmt&, Written& written) {
    begin_round(written);
    return false;
  }

  bool go(ForEach& loop, Stmt& stmt, Written& written) {
    values_.begin_dependencies();
    // A leaf of a list is none of one combination: in a sweep nothing is written that was approved outside.
    const bool sweeps = !loop.inner.empty();
    values_.element(loop.variable, *loop.list, sweeps ? nullptr : loop.where.get());
    for (ForEach::Inner& inner : loop.inner) values_.element(inner.variable, *inner.list, nullptr);
    if (sweeps && loop.where) values_.of(*loop.where);
    begin(stmt.span, sweeps ? LocalId() : loop.variable);
    exits_.emplace_back();
    ++elements_;
    Written here = written;
    const bool around = std::exchange(tolerated_, tolerated_ || loop.tolerate);
    const size_t compensations = compensations_.size();
    if (walk(loop.body, here)) leave(here);
    tolerated_ = around;
    --elements_;
    const Written out = std::move(exits_.back());
    exits_.pop_back();
    end(written, out);
    merge(written, out);
    // One that fails alone takes back what it wrote itself.
    if (compensations_.size() > compensations && !loop.tolerate) compensate(out, compensations_.back());
    std::set<LocalId> changes = values_.end_dependencies();
    changes.erase(loop.variable);
    for (const ForEach::Inner& inner : loop.inner) changes.erase(inner.variable);
    if (loop.collect.valid()) values_.define(loop.collect, values_.fresh(std::move(changes)));
    if (loop.otherwise) {
      Written beyond = written;
      walk(*loop.otherwise, beyond);
    }
    return true;
  }

  // Branches run at the same time: what one may write, the others find written.
  bool go(Together& together, Stmt&, Written& written) {
    const int elements = std::exchange(elements_, 0);
    const size_t compensations = compensations_.size();
    for (Together::Branch& branch : together.branches) {
      Written here = written, ever;
      collecting_.push_back(&ever);
      walk(branch.body, here);
      collecting_.pop_back();
      merge(written, ever);
    }
    elements_ = elements;
    if (compensations_.size() > compensations) compensate(written, compensations_.back());
    return true;
  }

  // Only one arm runs: each starts from what was written before, and what those that go on wrote counts
  // afterwards.
  bool go(When& when, Stmt&, Written& written) {
    std::vector<Block*> arms;
    for (When::Arm& arm : when.arms) {
      values_.of(*arm.condition);
      arms.push_back(&arm.body);
    }
    if (when.otherwise) arms.push_back(&*when.otherwise);
    return alternatives(arms, !when.otherwise, written);
  }
  bool go(Match& match, Stmt&, Written& written) {
    std::vector<Block*> arms;
    for (Match::Arm& arm : match.arms) {
      if (arm.binding.valid()) values_.define(arm.binding, values_.made("inside", {match.subject.get()}));
      arms.push_back(&arm.body);
    }
    values_.of(*match.subject);
    return alternatives(arms, false, written);
  }
  bool alternatives(const std::vector<Block*>& arms, bool falls, Written& written) {
    Written after;
    if (falls) after = written;
    for (Block* arm : arms) {
      Written here = written;
      if (!walk(*arm, here)) continue;
      falls = true;
      merge(after, here);
    }
    if (falls) written = std::move(after);
    return falls;
  }

  bool go(Step& step, Stmt&, Written& written) { return walk(step.body, written); }
  // Its handler writes nothing.
  bool go(Due& due, Stmt&, Written& written) {
    if (!due.late) return true;
    Written here = written;
    exits_.emplace_back();
    walk(*due.late, here);
    exits_.pop_back();
    return true;
  }
  bool go(Finish&, Stmt&, Written&) { return false; }
  // What an element wrote before it failed alone is written.
  bool go(Fail& fail, Stmt& stmt, Written& written) {
    if (fail.undo == ast::FailStmt::Undo::Compensate) {
      compensations_.push_back(stmt.span);
      compensate(written, stmt.span);
    }
    if (tolerated_) leave(written);
    return false;
  }
  bool go(Skip&, Stmt&, Written& written) {
    leave(written);
    return false;
  }
  bool go(Yield& yield, Stmt&, Written& written) {
    values_.of(*yield.value);
    leave(written);
    return false;
  }

  // ---------------------------------------------------------------- values

  bool go(Let& let, Stmt&, Written&) {
    values_.define(let.local, values_.of(*let.value));
    return true;
  }
  bool go(ReadOperation& read, Stmt& stmt, Written& written) {
    values_.define(read.local,
                   values_.made("operation " + std::to_string(read.operation), {read.payload.get()}));
    handlers(stmt, written);
    return true;
  }
  // Asked twice, a model may answer twice differently.
  bool go(Ask& ask, Stmt&, Written&) {
    values_.define(ask.local, values_.made("ask " + std::to_string(++asks_), {}));
    return true;
  }
  bool go(ReadView& read, Stmt& stmt, Written& written) {
    return read_by_key("view " + std::to_string(read.view), read, stmt, written);
  }
  bool go(ReadNavigation& read, Stmt& stmt, Written& written) {
    return read_by_key("navigation " + std::to_string(read.navigation), read, stmt, written);
  }
  template <typename Read>
  bool read_by_key(const std::string& how, Read& read, Stmt& stmt, Written& written) {
    std::vector<const Expr*> key;
    for (const ExprPtr& part : read.key) key.push_back(part.get());
    values_.define(read.local, values_.made(how, key));
    handlers(stmt, written);
    return true;
  }
  bool go(Notify&, Stmt& stmt, Written& written) {
    handlers(stmt, written);
    return true;
  }
  bool go(Raise&, Stmt& stmt, Written& written) {
    handlers(stmt, written);
    return true;
  }
  bool go(Task&, Stmt& stmt, Written& written) {
    handlers(stmt, written);
    return true;
  }

  const Program& program_;
  const Inverses& inverses_;
  Workflow& workflow_;
  Diagnostics& diagnostics_;
  ValueTable values_;
  std::map<LocalId, Span> granted_, proposed_;
  std::set<LocalId> used_, approved_;
  uint32_t asks_ = 0;
  std::map<LocalId, uint32_t> leaves_;      // of a list's proposal: the number of its targets
  std::map<LocalId, Written> of_handlers_;  // what the handlers of a grant's approval write
  std::vector<Again> again_;
  std::vector<Written> exits_;        // by loop: what was written when an element is left
  std::vector<Written> rounds_;       // by `repeat`: what was written when another round begins
  std::vector<Written*> collecting_;  // are given every leaf that is written, on whatever path
  Written nowhere_;
  std::set<uint32_t> any_;                // numbers of what may be any value
  const Written* before_ = nullptr;       // what was written before the workflow that is run around
  bool tolerated_ = false;                // an element around may fail alone
  int elements_ = 0;                      // loops around, in this machine
  AllTold& told_;                         // a workflow that is run is looked at alone too
  std::vector<Span> compensations_;       // each `and compensate`, as it was met
  std::map<LocalId, Span> compensating_;  // grants: one in the handlers of its approval
  Span throughout_;                       // one that an event may bring at any time
  std::set<LocalId> left_;                // proposals told to be left
  std::set<LocalId> of_runs_;             // grants of workflows that are run: looked at where they stand
};

}  // namespace

void check_grants(Program& program, Diagnostics& diagnostics) {
  Inverses inverses;
  for (Workflow& workflow : program.workflows) {
    visit_statements(workflow.body, [&](Stmt& stmt) {
      const auto* propose = std::get_if<Propose>(&stmt.node);
      if (propose && propose->undo) inverses.try_emplace(propose->operation, *propose->undo);
    });
  }
  AllTold told;
  for (Workflow& workflow : program.workflows)
    GrantPass(program, inverses, workflow, diagnostics, told).run();
}

}  // namespace endcap::sema
