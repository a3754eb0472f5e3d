// The author's own words: see words.h.
#include "tools/explain_time/words.h"

#include <fmt/format.h>

#include <functional>

#include "compiler/sema/passes/due_bounds.h"
#include "compiler/sema/tests.h"
#include "compiler/sema/tree_walk.h"

namespace endcap::explain {
namespace {

class Collector {
 public:
  Collector(const sema::Program& program, const SourceMap& sources) : program_(program), sources_(sources) {}

  void look(const sema::Stmt& stmt, WorkflowWords& into) const {
    if (const auto* until = std::get_if<sema::WaitUntil>(&stmt.node)) {
      WaitWords& words = into.waits[stmt.path];
      words.moment = moment(*until->moment);
      for (const sema::EventHandler& handler : until->handlers) {
        if (handler.next == sema::Next::WaitUntil && handler.value)
          words.moved[program_.abi.events[handler.pattern.event].name] = moment(*handler.value);
      }
    }
    if (const auto* due = std::get_if<sema::Due>(&stmt.node))
      into.waits[stmt.path].moment = moment(*due->moment);
    if (const auto* event = std::get_if<sema::WaitEvent>(&stmt.node))
      into.waits[stmt.path].within = text(event->within->span);
    if (const auto* task = std::get_if<sema::Task>(&stmt.node))
      into.waits[stmt.path].within = text(task->within->span), into.asked.push_back(task->name);
    if (const auto* approve = std::get_if<sema::Approve>(&stmt.node)) {
      WaitWords& words = into.waits[stmt.path];
      into.asked.push_back(sema::written_path(stmt.path));
      words.within = text(approve->within->span);
      if (approve->remind) words.remind = text(approve->remind->span);
      for (const sema::Escalation& each : approve->escalations)
        words.escalations.push_back(text(each.after->span));
    }
  }

  // On one line.
  std::string text(Span span) const {
    std::string result;
    for (const char c : sources_.text(span)) {
      const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
      if (!blank) result += c;
      if (blank && !result.ends_with(' ')) result += ' ';
    }
    return result;
  }

 private:
  MomentWords moment(const sema::Expr& expr) const {
    MomentWords words{text(expr.span), "", std::nullopt};
    sema::walk(expr, {.statement = {}, .expression = [&](const sema::Expr& each) {
                        const auto* at = std::get_if<sema::Operation>(&each.node);
                        if (at && at->op == sema::Operator::InstantAt) zone(*at->operands[2], words);
                      }});
    return words;
  }

  void zone(const sema::Expr& expr, MomentWords& words) const {
    if (const auto* literal = std::get_if<sema::TextLiteral>(&expr.node)) words.zone = literal->text;
    const auto* field = std::get_if<sema::FieldOf>(&expr.node);
    if (!field) return;
    for (uint32_t view = 0; view < program_.abi.views.size(); ++view) {
      if (program_.abi.views[view].record == field->record->type) words.of = {view, field->field};
    }
  }

  const sema::Program& program_;
  const SourceMap& sources_;
};

}  // namespace

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

WorkflowWords words_of(sema::Program& program, sema::Workflow& workflow, const SourceMap& sources) {
  WorkflowWords words;
  words.calendar = workflow.calendar;
  for (const sema::StartParameter& parameter : workflow.parameters)
    words.parameters.push_back(
        {workflow.locals[parameter.local.index].name, parameter.view, parameter.first, parameter.count});
  const Collector collector(program, sources);
  for (const sema::DueBound& due : sema::due_bounds(program, workflow)) {
    std::string text = fmt::format("Step {} is due {}", due.step, collector.text(due.moment));
    if (!due.longest.empty())
      text += fmt::format("; the longest that is given to people: {}", fmt::join(due.longest, ", or "));
    if (!due.unbounded.empty())
      text += fmt::format(". That is no bound, because {}", fmt::join(due.unbounded, ", and "));
    words.dues.push_back(std::move(text));
  }
  const std::function<void(const sema::Block&)> look_at = [&](const sema::Block& block) {
    const auto look = [&](const sema::Stmt& stmt) {
      collector.look(stmt, words);
      if (const auto* run = std::get_if<sema::Run>(&stmt.node)) look_at(run->body);
    };
    sema::walk(block, {.statement = look, .expression = {}});
  };
  look_at(workflow.body);
  return words;
}

}  // namespace endcap::explain
