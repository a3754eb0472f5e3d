// The advice pass: another workflow as a part of this one. Its body is walked with the labels of what it is
// given, as if it stood here; what it ends with, and that it did, is as trusted as what decided so.
#include "compiler/sema/passes/advice.h"
#include "compiler/sema/passes/passes.h"

namespace endcap::sema {

void AdvicePass::visit(Run& node, Stmt& stmt, const Label& control) {
  for (size_t i = 0; i < node.parameters.size(); ++i)
    bind(node.parameters[i], scope_.label(*node.arguments[i]), control);
  Running running{&node, stmt.span, {}};
  running_.push_back(&running);
  // Its loops, its undos and its events are its own: `and compensate` in it takes back what it wrote.
  const Label around = left_around_;
  for (const Collector* loop : collectors_) left_around_ = join(std::move(left_around_), loop->left());
  auto loops = std::exchange(collectors_, {});
  auto rounds = std::exchange(rounds_, {});
  Block* const body = std::exchange(body_, &node.body);
  const bool pending = std::exchange(undo_pending_, false);
  walk_body(node.body, control);
  undo_pending_ = undo_pending_ || pending;
  body_ = body;
  collectors_ = std::move(loops);
  left_around_ = around;
  rounds_ = std::move(rounds);
  running_.pop_back();
  walk_ended(node, running, control);
}

void AdvicePass::walk_ended(Run& node, Running& running, const Label& control) {
  std::set<const Block*> seen;  // a body shared by two causes runs for either
  for (Handler& handler : node.handlers) {
    Label why = control;
    for (const Handler& other : node.handlers) {
      if (other.body == handler.body) why = join(std::move(why), running.ended[other.rejection].control);
    }
    const Label& value = running.ended[handler.rejection].value;
    bind(handler.record, value, why);
    for (auto& [id, field] : handler.bindings) bind(id, part(value, field), why);
    if (!seen.insert(handler.body.get()).second) continue;
    walk(*handler.body, why);
    if (handler.next == Next::Skip) note_skip(why);
    if (handler.next == Next::Again) note_again(why);
  }
  bind(node.result, running.ended[node.result_outcome].value, control);
}

// What a workflow that is run ends with leaves its blocks: it carries what decided that they ran. How one
// ends that was started is told to whoever waits for it.
void AdvicePass::note_end(uint32_t outcome, ExprPtr& record, const Label& control) {
  const Label value = record ? scope_.label(*record) : Label{};
  if (running_.empty()) {
    abi::Parts& parts = workflow_.ends[outcome];
    const TypeId type = program_.abi.workflows[workflow_.index].outcomes[outcome].record;
    abi::add_parts(parts, parts_of(program_.abi.types, type, value));
    if (control.advice()) abi::add_part(parts, std::string(abi::kControl));
    across_.add(across_.of[workflow_.index].ended, join(control, delay_),
                last_part(program_.workflows[workflow_.index].name));
    return;
  }
  Ended& ended = running_.back()->ended[outcome];
  ended.value = join(std::move(ended.value), join(value, control));
  ended.control = join(std::move(ended.control), control);
}

}  // namespace endcap::sema
