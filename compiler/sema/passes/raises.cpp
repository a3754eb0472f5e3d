// Who raises whom. An exception that comes back to itself would begin anew for ever, each round a deadline
// later or one key further; no single raise looks wrong, so the whole circle is told.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

class RaisePass {
 public:
  RaisePass(Program& program, Diagnostics& diagnostics) : program_(program), diagnostics_(diagnostics) {
    edges_.resize(program.workflows.size());
    for (Workflow& workflow : program.workflows) {
      visit_statements(workflow.body, [&](Stmt& stmt) {
        if (const auto* raise = std::get_if<Raise>(&stmt.node))
          edges_[workflow.index].push_back({raise->exception, stmt.span, "raises"});
        if (const auto* task = std::get_if<Task>(&stmt.node); task && task->resolver)
          edges_[workflow.index].push_back(
              {task->resolver->workflow, task->resolver->span, "is resolved by"});
      });
    }
  }

  void run() {
    state_.resize(edges_.size(), State::Fresh);
    for (uint32_t i = 0; i < edges_.size(); ++i) visit(i);
  }

 private:
  struct Edge {
    uint32_t to;
    Span span;
    const char* verb;
  };
  enum class State : uint8_t { Fresh, Visiting, Done };

  const std::string name(uint32_t workflow) const { return last_part(program_.workflows[workflow].name); }

  void visit(uint32_t from) {
    if (state_[from] != State::Fresh) return;
    state_[from] = State::Visiting;
    path_.push_back({from, nullptr});
    for (const Edge& edge : edges_[from]) {
      path_.back().second = &edge;
      if (state_[edge.to] == State::Visiting) tell(edge);
      visit(edge.to);
    }
    path_.pop_back();
    state_[from] = State::Done;
  }

  void tell(const Edge& closing) {
    const auto first = std::ranges::find(path_, closing.to, [](const auto& step) { return step.first; });
    std::string round;
    for (auto step = first; step != path_.end(); ++step)
      round += fmt::format("{} {} ", name(step->first), step->second->verb);
    auto& diagnostic = diagnostics_.emit(DiagnosticKind::RaiseInCircle, closing.span,
                                         {name(closing.to), round + name(closing.to)});
    for (auto step = first; step + 1 < path_.end(); ++step)
      diagnostic.label(step->second->span, "and this leads there");
    diagnostic.note("let a person decide in between: a `task`, or an exception that nothing is resolved by");
  }

  Program& program_;
  Diagnostics& diagnostics_;
  std::vector<std::vector<Edge>> edges_;  // by workflow
  std::vector<State> state_;
  std::vector<std::pair<uint32_t, const Edge*>> path_;
};

}  // namespace

void check_raises(Program& program, Diagnostics& diagnostics) { RaisePass(program, diagnostics).run(); }

}  // namespace endcap::sema
