// Grants are affine: what was approved once is written once. The engine refuses a second use; this pass says
// so before launch week.
#include <map>
#include <set>
#include <tuple>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

// A leaf as far as it is known here: for a list's proposals, the loop variable stands for the target.
using Leaf = std::tuple<LocalId, uint32_t, LocalId>;
using Written = std::map<Leaf, Span>;

class GrantPass {
 public:
  GrantPass(Workflow& workflow, Diagnostics& diagnostics) : workflow_(workflow), diagnostics_(diagnostics) {}

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

  void walk(Block& block, Written& written) {
    for (Stmt& stmt : block.statements) visit(stmt, written);
  }

  void visit(Stmt& stmt, Written& written) {
    if (auto* propose = std::get_if<Propose>(&stmt.node)) proposed_[propose->local] = stmt.span;
    if (auto* approve = std::get_if<Approve>(&stmt.node)) {
      granted_[approve->grant] = stmt.span;
      loops_of_[approve->grant] = loops_;
      approved_.insert(approve->proposals.begin(), approve->proposals.end());
    }
    if (auto* write = std::get_if<Write>(&stmt.node)) visit_write(*write, stmt.span, written);
    if (std::holds_alternative<When>(stmt.node) || std::holds_alternative<Match>(stmt.node)) {
      visit_alternatives(stmt, written);
      return;
    }
    const bool loop = std::holds_alternative<ForEach>(stmt.node);
    loops_ += loop;
    visit_blocks(stmt, [&](Block& inner) { walk(inner, written); });
    loops_ -= loop;
  }

  // Only one arm runs: each starts from what was written before, and what any of them wrote counts
  // afterwards.
  void visit_alternatives(Stmt& stmt, Written& written) {
    const Written before = written;
    visit_blocks(stmt, [&](Block& arm) {
      Written here = before;
      walk(arm, here);
      written.insert(here.begin(), here.end());
    });
  }

  void visit_write(const Write& write, Span span, Written& written) {
    used_.insert(write.grant);
    const auto& proposals = workflow_.locals[write.grant.index].grant_of;
    const Local& proposal = workflow_.locals[proposals[write.proposal].index];
    const bool one_leaf = proposal.proposal && !proposal.proposal->for_each;
    LocalId target;
    if (write.target) {
      if (const auto* local = std::get_if<LocalRef>(&write.target->node)) target = local->local;
    }
    const auto [first, fresh] = written.try_emplace({write.grant, write.proposal, target}, span);
    if (!fresh) {
      diagnostics_.emit(DiagnosticKind::GrantWrittenTwice, span, {name(write.grant), proposal.name})
          .label(first->second, "written here first");
    }
    if (one_leaf && loops_ > loops_of_[write.grant]) {
      diagnostics_.emit(DiagnosticKind::GrantInLoop, span, {name(write.grant), proposal.name})
          .label(proposal.span, "proposed once, here");
    }
  }

  Workflow& workflow_;
  Diagnostics& diagnostics_;
  std::map<LocalId, Span> granted_, proposed_;
  std::map<LocalId, int> loops_of_;
  std::set<LocalId> used_, approved_;
  int loops_ = 0;
};

}  // namespace

void check_grants(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) GrantPass(workflow, diagnostics).run();
}

}  // namespace endcap::sema
