// The advice pass: values, and the control label through blocks, arms and loops.
#include "compiler/sema/passes/advice.h"

#include <algorithm>

#include "compiler/sema/passes/passes.h"

namespace endcap::sema {

AdvicePass::AdvicePass(Program& program, Workflow& workflow, AdviceAcross& across, Diagnostics& diagnostics,
                       Told& told)
    : program_(program),
      workflow_(workflow),
      across_(across),
      diagnostics_(diagnostics),
      scope_(program, workflow.locals.size()),
      body_(&workflow.body),
      told_(told) {}

void AdvicePass::run() {
  for (const StartParameter& parameter : workflow_.parameters) {
    const TypeId type = local(parameter.local).type;
    if (program_.abi.types[type].kind == abi::Kind::Grant) continue;
    scope_.bind(parameter.local, label_of_type(program_.abi.types, type, parameter.local));
  }
  walk_body(workflow_.body, start());
}

void AdvicePass::bind(LocalId id, Label value, const Label& control) {
  if (!id.valid()) return;
  Local& bound = local(id);
  value = through(std::move(value), bound.name);
  const Label all = through(join(flatten(value), control), bound.name);
  if (all.advice()) {
    bound.trust = Trust::Advice;
    bound.advice_path = all.path();
    abi::add_parts(bound.advised, parts_of(program_.abi.types, bound.type, value));
    if (control.advice()) abi::add_part(bound.advised, std::string(abi::kControl));
  }
  scope_.bind(id, std::move(value));
}

Label AdvicePass::flat(ExprPtr& expression) {
  return expression ? flatten(scope_.label(*expression)) : Label{};
}

Diagnostic* AdvicePass::report(DiagnosticKind kind, Span span, std::vector<std::string> arguments) {
  if (!told_.emplace(kind, span.source, span.begin).second) return nullptr;
  Diagnostic& finding = diagnostics_.emit(kind, span, std::move(arguments));
  for (auto running = running_.rbegin(); running != running_.rend(); ++running)
    finding.label((*running)->span, "when " + (*running)->run->name + " is run here");
  return &finding;
}

void AdvicePass::walk(Block& block, const Label& control) {
  if (join(control, reached_).advice()) block.control = Trust::Advice;  // that it begins
  const size_t held = held_.size();
  for (Stmt& stmt : block.statements) {
    const Label here = join(control, reached_);
    if (here.advice()) note_control(stmt, here);
    std::visit([&](auto& node) { visit(node, stmt, here); }, stmt.node);
  }
  held_.resize(held);
}

// An instance that waits here keeps what brought it here, whatever a later version says of the way.
void AdvicePass::note_control(Stmt& stmt, const Label& control) {
  stmt.control = Trust::Advice;
  for (const LocalId grant : held_) {
    for (const LocalId proposal : local(grant).grant_of) {
      if (beyond(control, join(granted_[grant].control, proposed_[proposal].chosen)))
        stmt.unasked.insert({grant, proposal});
    }
  }
}

void AdvicePass::walk_apart(const std::vector<std::pair<Block*, Label>>& blocks) {
  const Label before = delay_, reached_before = reached_;
  Label after = before, reached = reached_before;
  for (const auto& [block, control] : blocks) {
    delay_ = before;
    reached_ = reached_before;
    walk(*block, control);
    after = join(std::move(after), delay_);
    reached = join(std::move(reached), reached_);
  }
  delay_ = std::move(after);
  reached_ = std::move(reached);
}

void AdvicePass::note_skip(const Label& decided) {
  if (!collectors_.empty()) collectors_.back()->skipped = join(collectors_.back()->skipped, decided);
}

void AdvicePass::visit(Let& node, Stmt&, const Label& control) {
  bind(node.local, scope_.label(*node.value), control);
}

// Of the nearest loop whose elements may fail alone, if there is one: then nothing else ends.
bool AdvicePass::note_failure(const Label& decided) {
  for (auto loop = collectors_.rbegin(); loop != collectors_.rend(); ++loop) {
    if (!(*loop)->tolerates) continue;
    (*loop)->failed = join((*loop)->failed, decided);
    return true;
  }
  return false;
}

void AdvicePass::visit(When& node, Stmt&, const Label& control) {
  std::vector<std::pair<Block*, Label>> arms;
  Label decided = control;
  for (When::Arm& arm : node.arms) {
    decided = join(std::move(decided), flat(arm.condition));
    arms.emplace_back(&arm.body, decided);
  }
  if (node.otherwise) arms.emplace_back(&*node.otherwise, decided);
  walk_apart(arms);
}

void AdvicePass::visit(Match& node, Stmt&, const Label& control) {
  const Label subject = scope_.label(*node.subject);
  const Label decided = join(control, existence(subject));
  std::vector<std::pair<Block*, Label>> arms;
  for (Match::Arm& arm : node.arms) {
    bind(arm.binding, inside(subject), decided);
    arms.emplace_back(&arm.body, decided);
  }
  walk_apart(arms);
}

void AdvicePass::visit(ForEach& node, Stmt&, const Label& control) {
  const Label list = scope_.label(*node.list);
  Label decided = join(control, existence(list));
  std::vector<Label> inner;
  for (ForEach::Inner& each : node.inner) {
    inner.push_back(scope_.label(*each.list));
    decided = join(std::move(decided), existence(inner.back()));
  }
  bind(node.variable, inside(list), decided);
  for (size_t i = 0; i < inner.size(); ++i) bind(node.inner[i].variable, inside(inner[i]), decided);
  decided = join(std::move(decided), flat(node.where));
  expect_undo(node.body);
  Collector& collected = loops_[&node];
  collected.tolerates = node.tolerate.has_value();
  collectors_.push_back(&collected);
  const Label delay = delay_;
  walk(node.body, decided);
  // One after the other, an element waits for what delayed the one before.
  if (node.parallel == 0 && beyond(delay_, delay)) walk(node.body, decided);
  collectors_.pop_back();
  const Label missing = join(join(decided, collected.skipped), collected.failed);
  // Who decides how many fail decides that it ends here, with whatever is taken back then.
  if (node.otherwise) walk(*node.otherwise, join(decided, collected.failed));
  bind(node.collect, {missing.sources, {collected.elements}}, control);
}

void AdvicePass::visit(Together& node, Stmt&, const Label& control) {
  std::vector<std::pair<Block*, Label>> branches;
  for (Together::Branch& branch : node.branches) {
    expect_undo(branch.body);
    branches.emplace_back(&branch.body, control);
  }
  walk_apart(branches);
}

// Whether the label or a part of it has come to more advice than was known.
static bool grows(const Label& label, const Label& known) {
  if (beyond(label, known)) return true;
  for (size_t i = 0; i < label.parts.size(); ++i) {
    if (grows(label.parts[i], i < known.parts.size() ? known.parts[i] : Label{})) return true;
  }
  return false;
}

// A later round is decided by what said `again`; so is which round's names are known behind it.
void AdvicePass::visit(Repeat& node, Stmt&, const Label& control) {
  expect_undo(node.body);
  rounds_.emplace_back();
  Label decided = control;
  bind(node.round, {}, control);
  for (auto& [id, value] : node.with) bind(id, scope_.label(*value), control);
  while (true) {
    const std::vector<Label> before = of_round(node);
    const Label decided_before = decided, delay = delay_;
    walk(node.body, decided);
    decided = join(std::move(decided), rounds_.back());
    bool more = beyond(decided, decided_before) || beyond(delay_, delay);
    const std::vector<Label> now = of_round(node);
    for (size_t i = 0; i < now.size(); ++i) more = more || grows(now[i], before[i]);
    if (!more) break;
  }
  rounds_.pop_back();
  bind(node.round, decided, control);
  for (const auto& [id, value] : node.with) bind(id, join(scope_.of(id), decided), control);
  walk(node.otherwise, decided);
  for (const LocalId id : node.leaving) {
    bind(id, join(scope_.of(id), decided), control);
    if (granted_.contains(id)) held_.push_back(id);
  }
}

// What a round knows of the one before, name by name, and who has left the elements around.
std::vector<Label> AdvicePass::of_round(const Repeat& node) const {
  std::vector<Label> all;
  for (const auto& [id, value] : node.with) all.push_back(scope_.of(id));
  for (const Collector* loop : collectors_) all.push_back(loop->left());
  return all;
}

void AdvicePass::visit(Again& node, Stmt&, const Label& control) {
  for (auto& [id, value] : node.with)
    bind(id, join(join(scope_.of(id), scope_.label(*value)), control), control);
  note_again(control);
}

void AdvicePass::visit(Step& node, Stmt&, const Label& control) {
  walk(node.body, control);
  // Whether it is late, everything decides that the step waited for.
  if (node.body.statements.empty()) return;
  auto* due = std::get_if<Due>(&node.body.statements.front().node);
  if (!due || !due->late) return;
  const Label delay = delay_, reached = reached_;
  expect_undo(*body_);
  walk(*due->late, join(control, delay));
  delay_ = delay;
  reached_ = reached;
}

void AdvicePass::visit(Due& node, Stmt&, const Label&) { require_trusted_time(node.moment); }

void AdvicePass::visit(Yield& node, Stmt&, const Label& control) {
  const Label value = join(scope_.label(*node.value), control);
  if (collectors_.empty()) return;
  collectors_.back()->elements = join(collectors_.back()->elements, value);
  collectors_.back()->yielded = join(collectors_.back()->yielded, control);
}

void AdvicePass::visit(Skip&, Stmt&, const Label& control) { note_skip(control); }

}  // namespace endcap::sema
