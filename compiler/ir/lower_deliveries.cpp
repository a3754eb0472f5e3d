// Lowering of routes and syncs: machines of no workflow, which say at once what is to be done.
#include "compiler/ir/lowering.h"

namespace endcap::ir {

using abi::MachineKind;

FlowLowering::FlowLowering(ProgramLowering& program, const sema::Delivery& delivery, std::string name)
    : program_(program), locals_(delivery.locals), builder_(graph_, program.types) {
  graph_.name = name;
  machine_.name = std::move(name);
  machine_.kind = MachineKind::Delivery;
  builder_.place(program.place(delivery.span));
  machine_.states.emplace_back();
  builder_.at(builder_.entry(builder_.add_state()));
}

void FlowLowering::delivery_machine(uint32_t index, const sema::Delivery& delivery) {
  parameters({delivery.it});
  if (delivery.where) {
    const BlockId meant = builder_.make_block(), skipped = builder_.make_block();
    builder_.place(program_.place(delivery.where->span));
    branch_on(*delivery.where, meant, skipped);
    builder_.at(skipped);
    builder_.end(SkipElement{});
    builder_.at(meant);
  }
  builder_.place(program_.place(delivery.mapped->span));
  set(delivery.made, expression(*delivery.mapped));
  Yield yield{expression(*delivery.payload)};
  for (const sema::Delivery::Asked& asked : delivery.asked)
    yield.more.push_back(row_of(expression(*asked.facts), asked.policy));
  builder_.end(std::move(yield));
  finish_machine(index);
}

void FlowLowering::key_machine(uint32_t index, const sema::Delivery& delivery) {
  parameters({delivery.it});
  builder_.place(program_.place(delivery.key->span));
  set(delivery.made, expression(*delivery.mapped));
  builder_.end(Yield{expression(*delivery.key)});
  finish_machine(index);
}

void FlowLowering::same_machine(uint32_t index, const sema::Delivery& delivery) {
  parameters({delivery.it, delivery.there});
  builder_.place(program_.place(delivery.same->span));
  set(delivery.made, expression(*delivery.mapped));
  builder_.end(GuardResult{expression(*delivery.same)});
  finish_machine(index);
}

void lower_deliveries(ProgramLowering& lowering, const sema::Program& program) {
  Program& out = lowering.out;
  for (size_t i = 0; i < program.routes.size(); ++i) {
    const sema::Delivery& delivery = program.routes[i];
    const uint32_t machine = out.abi.routes[i].delivery.machine = lowering.reserve_machine();
    FlowLowering(lowering, delivery, last_part(delivery.name)).delivery_machine(machine, delivery);
  }
  for (size_t i = 0; i < program.syncs.size(); ++i) {
    const sema::Delivery& delivery = program.syncs[i];
    const std::string name = last_part(delivery.name);
    const uint32_t machine = out.abi.syncs[i].delivery.machine = lowering.reserve_machine();
    FlowLowering(lowering, delivery, name).delivery_machine(machine, delivery);
    if (!out.abi.syncs[i].comparison) continue;
    const uint32_t key = out.abi.syncs[i].comparison->key_machine = lowering.reserve_machine();
    FlowLowering(lowering, delivery, name + " key").key_machine(key, delivery);
    const uint32_t same = out.abi.syncs[i].comparison->same_machine = lowering.reserve_machine();
    FlowLowering(lowering, delivery, name + " compares").same_machine(same, delivery);
  }
}

}  // namespace endcap::ir
