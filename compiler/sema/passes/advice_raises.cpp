// The advice pass: what crosses from one workflow to another. An exception may be raised by advice: it
// informs people. Then all that it does is decided by advice, and so is all that it is told; what may not be
// decided so is refused in it, with the way the advice took.
#include <algorithm>

#include "compiler/sema/passes/advice.h"
#include "compiler/sema/passes/passes.h"

namespace endcap::sema {
namespace {

// Sources from elsewhere, apart from those that a local brought in.
constexpr uint32_t kRaised = UINT32_MAX;
uint32_t source_of_end(uint32_t workflow) { return kRaised - 1 - workflow; }

Label from(uint32_t source, const std::string& path) {
  return path.empty() ? Label{} : Label{{{source, path}}, {}};
}

}  // namespace

void AdviceAcross::add(std::string& path, const Label& label, const std::string& place) {
  if (!path.empty() || !label.advice()) return;
  path = through(existence(label), place).path();
  grown = true;
}

Label AdvicePass::start() {
  const AdviceAcross::Of& raised = across_.of[workflow_.index];
  for (size_t i = 0; i < raised.told.size(); ++i) {
    const LocalId parameter = workflow_.parameters[i].local;
    if (!raised.told[i].empty()) bind(parameter, from(parameter.index, raised.told[i]), {});
  }
  return from(kRaised, raised.raised);
}

// Whoever raises it again decides what it is told from then on.
void AdvicePass::visit(Raise& node, Stmt& stmt, const Label& control) {
  AdviceAcross::Of& raised = across_.of[node.exception];
  const std::string place = "raise " + last_part(program_.workflows[node.exception].name);
  const Label told = scope_.label(*node.arguments);
  if (flatten(join(flatten(told), control)).advice() && !raised.raise.valid()) raised.raise = stmt.span;
  across_.add(raised.raised, control, place);
  for (size_t i = 0; i < raised.told.size(); ++i)
    across_.add(raised.told[i], join(flatten(part(told, i)), control), place);
  if (!node.waits) return;
  require_trusted_time(node.within);
  Label expired = join(end_of(node.exception), delay_);
  walk_handlers(node.handlers, {{}, {}, std::move(expired), {}}, control);
  note_wait(control);
}

// How it ends, when, and for what, is up to whoever raised it first, and last.
Label AdvicePass::end_of(uint32_t workflow) const {
  const AdviceAcross::Of& of = across_.of[workflow];
  Label label = from(source_of_end(workflow), of.ended);
  label = join(std::move(label), from(source_of_end(workflow), of.raised));
  for (const std::string& told : of.told) label = join(std::move(label), from(source_of_end(workflow), told));
  return label;
}

// A workflow is started without anybody being asked: by what can be trusted, or not at all.
Label AdvicePass::resolved_by(Resolver& resolver, const Label& control) {
  const Label given = join(flat(resolver.arguments), control);
  const std::string& name = program_.workflows[resolver.workflow].name;
  if (given.advice()) {
    if (Diagnostic* finding =
            report(DiagnosticKind::AdviceResolves, resolver.span, {given.path(), last_part(name)})) {
      const Span raise = across_.of[workflow_.index].raise;
      if (raise.valid()) finding->label(raise, "raised here");
      finding->note(
          "advice alone may not add a write: raise an exception that people resolve, or decide here by what "
          "can be trusted");
    }
  }
  return end_of(resolver.workflow);
}

// A workflow before those that run it: what is wrong with it alone is told of it alone.
void check_advice(Program& program, Diagnostics& diagnostics) {
  AdviceAcross across;
  for (const Workflow& workflow : program.workflows) {
    AdviceAcross::Of& of = across.of.emplace_back();
    if (program.abi.workflows[workflow.index].severity) of.told.resize(workflow.parameters.size());
  }
  std::vector<Workflow*> order;
  for (Workflow& workflow : program.workflows) order.push_back(&workflow);
  std::ranges::stable_sort(order, {}, &Workflow::height);
  const auto walk_all = [&] {
    Diagnostics found;
    AdvicePass::Told told;
    across.grown = false;
    for (Workflow* workflow : order) AdvicePass(program, *workflow, across, found, told).run();
    return found;
  };
  // Nothing is taken back, so this comes to an end; what the last walk finds is what there is.
  Diagnostics found = walk_all();
  while (across.grown || mark_stored_events(program)) found = walk_all();
  for (const Diagnostic& each : found.all()) diagnostics.emit(each.kind, each.span, each.arguments) = each;
}

}  // namespace endcap::sema
