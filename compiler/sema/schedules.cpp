// Schedules: see schedules.h. Nothing is computed when the moment comes: what is given is known now, but for
// the day and the moment themselves.
#include "compiler/sema/schedules.h"

#include <algorithm>

#include "compiler/sema/expressions.h"
#include "compiler/sema/names.h"
#include "compiler/sema/plain.h"
#include "compiler/sema/recurrence.h"
#include "compiler/sema/starts.h"
#include "runtime/abi/value_json.h"

namespace endcap::sema {
namespace {

using Argument = abi::Schedule::Argument;

class ScheduleDescriber {
 public:
  ScheduleDescriber(Context& context, uint32_t index)
      : context_(context),
        module_(context.schedules[index].module),
        tree_(*context.schedules[index].tree),
        out_(context.program.abi.schedules[index]),
        scope_(context, locals_),
        expressions_(context, module_, scope_),
        day_(scope_.declare({"day", tree_.name.span}, context.types.simple(Kind::Date))),
        moment_(scope_.declare({"moment", tree_.name.span}, context.types.simple(Kind::Instant))) {}

  void run() {
    using IfLate = ast::ScheduleDecl::IfLate;
    out_.starts_late = tree_.if_late == IfLate::Start;
    if (tree_.rule) {
      describe_recurrence(context_, module_, *tree_.rule, out_.rule, out_.calendar);
      if (tree_.if_late == IfLate::Unsaid)
        missing("what happens when it is too late already",
                "write `if late start`, to start what was missed last, or `if late skip`");
    } else {
      missing("when it starts",
              "write `every business day at 06:00 zone \"Australia/Sydney\"`, or other days");
    }
    starts();
  }

 private:
  void missing(const std::string& what, const std::string& remedy) {
    context_.emit(DiagnosticKind::ScheduleIncomplete, tree_.name.span, {tree_.name.text, what}).note(remedy);
  }

  void starts() {
    const std::string name = tree_.starts.operation.text();
    const Span at = tree_.starts.operation.span;
    const Symbol* symbol = require_symbol(context_, module_, name, at, SymbolKind::Workflow);
    if (!symbol) return;
    out_.workflow = symbol->index;
    const WorkflowInfo& started = context_.workflows[symbol->index];
    if (started.tree->key.empty()) {  // one with a version and no key is told where it stands
      if (context_.program.abi.workflows[symbol->index].only_run)
        context_.emit(DiagnosticKind::NotStartable, at, {name})
            .label(symbol->span, "declared here, without a key");
      return;
    }
    bool sound = true;
    for (const ExprPtr& value :
         expressions_.arguments(name, tree_.starts.span, tree_.starts.arguments,
                                start_values(context_, symbol->index), started.name().span)) {
      const auto given = argument(*value);
      sound = sound && given;
      out_.arguments.push_back(given.value_or(Argument{}));
    }
    // What is wrong with the key itself is told where it stands.
    if (sound && !context_.diagnostics.has_errors()) key(symbol->index, name);
  }

  std::optional<Argument> argument(const Expr& value) {
    if (is_invalid(value)) return std::nullopt;
    if (const auto* local = std::get_if<LocalRef>(&value.node)) {
      if (local->local == day_) return Argument{Argument::What::Day, {}};
      if (local->local == moment_) return Argument{Argument::What::Moment, {}};
    }
    if (!is_plain(value)) {
      context_.emit(DiagnosticKind::ScheduleValueComputed, value.span)
          .note("the workflow can compute it, from `day` or `moment`");
      return std::nullopt;
    }
    abi::Arena arena;
    const auto cell = plain_value(context_.program.abi.types, value, arena);
    if (!cell) {
      context_.emit(DiagnosticKind::NumberTooLarge, value.span, {context_.type_name(value.type)});
      return std::nullopt;
    }
    return Argument{Argument::What::Value,
                    abi::value_to_json(context_.program.abi.types, value.type, arena, *cell)};
  }

  void key(uint32_t workflow, const std::string& name) {
    const auto& key = context_.program.abi.workflows[workflow].key_parameters;
    const auto moves = [&](uint32_t part) { return out_.arguments[part].what != Argument::What::Value; };
    if (std::ranges::any_of(key, moves)) return;
    context_.emit(DiagnosticKind::ScheduleKeyStays, tree_.starts.span, {tree_.name.text, name})
        .label(context_.workflows[workflow].name().span, "its key is declared here")
        .note("a key names one instance: give it the day, as in `key (day, ...)`");
  }

  Context& context_;
  uint32_t module_;
  const ast::ScheduleDecl& tree_;
  abi::Schedule& out_;
  std::vector<Local> locals_;
  Scope scope_;
  Expressions expressions_;
  LocalId day_, moment_;
};

}  // namespace

void describe_schedules(Context& context) {
  for (uint32_t i = 0; i < context.schedules.size(); ++i) ScheduleDescriber(context, i).run();
}

}  // namespace endcap::sema
