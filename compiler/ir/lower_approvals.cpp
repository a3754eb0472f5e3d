// Lowering of propose, approve and write. A write brings the approval's handlers with it: what was approved
// can change, expire or be refused until it is written.
#include "compiler/ir/lowering.h"

namespace endcap::ir {

using abi::Builtin;
using abi::Tag;
using abi::WaitKind;
using sema::Cause;

RegisterId FlowLowering::leaf(const sema::Propose& propose, abi::TypeId leaf_type) {
  const std::vector<abi::Field>& fields = program_.out.abi.types[leaf_type].fields;
  abi::TypeId text_type = fields[0].type, undo_type = fields[2].type;
  RegisterId target = propose.target ? builder_.call(Builtin::KeyText, text_type,
                                                     {expression(*propose.target)}, propose.target->type)
                                     : builder_.constant(text_type, 0);
  RegisterId payload = expression(*propose.payload);
  RegisterId undo = propose.undo_payload
                        ? builder_.call(Builtin::OptionalMake, undo_type, {expression(*propose.undo_payload)})
                        : builder_.constant(undo_type, 0);
  RegisterId facts = expression(*propose.facts);
  return builder_.call(Builtin::RecordMake, leaf_type, {target, payload, undo, facts}, 4);
}

void FlowLowering::lower(const sema::Stmt&, const sema::Propose& propose) {
  abi::TypeId type = local(propose.local).type;
  abi::TypeId leaf_type = program_.out.abi.types[type].element;
  if (!propose.variable.valid()) {
    set(propose.local, builder_.call(Builtin::ListMake, type, {leaf(propose, leaf_type)}, 1));
    return;
  }
  RegisterId list = expression(*propose.list);
  RegisterId leaves = define(propose.local);
  builder_.set_constant(leaves, 0);
  loop(list, define(propose.variable), "", [&](const Loop& places) {
    if (propose.where) {
      BlockId keep = builder_.make_block();
      branch_on(*propose.where, keep, places.next);
      builder_.at(keep);
    }
    builder_.call_into(leaves, Builtin::ListAppend, {leaves, leaf(propose, leaf_type)});
  });
}

RegisterId FlowLowering::row_of(RegisterId facts, sema::PolicyId policy) {
  return builder_.try_graph(program_.policies[policy.index], program_.types.integer, {facts}, -1);
}

// The row of the policy for each leaf, in order.
RegisterId FlowLowering::rows_of(RegisterId proposal, sema::PolicyId policy) {
  const abi::Types& types = program_.out.abi.types;
  abi::TypeId leaf_type = types[graph_.registers[proposal.index].type].element;
  RegisterId rows = builder_.make_register(program_.types.list_of_integer);
  RegisterId each = builder_.make_register(leaf_type);
  builder_.set_constant(rows, 0);
  loop(proposal, each, "", [&](const Loop&) {
    RegisterId facts = builder_.field(each, types[leaf_type].fields[3].type, 3);
    builder_.call_into(rows, Builtin::ListAppend, {rows, row_of(facts, policy)});
  });
  return rows;
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Approve& approve) {
  std::vector<RegisterId> operands;
  std::vector<abi::WaitPoint::ProposalRef> proposals;
  const auto& knows = local(approve.grant).grant_knows;
  for (LocalId id : approve.proposals) {
    RegisterId proposal = get(id);
    operands.push_back(proposal);
    operands.push_back(rows_of(proposal, approve.policy));
    const auto& info = *local(id).proposal;
    proposals.push_back({local(id).name, info.operation, info.undo, local(id).type,
                         proposals.size() < knows.size() ? knows[proposals.size()] : abi::Parts()});
  }
  uint32_t state = add_wait(stmt, WaitKind::Approve);
  wait(state).policy = program_.policy_table[approve.policy.index].index;
  wait(state).label = local(approve.grant).name;
  wait(state).proposals = std::move(proposals);
  wait(state).by_advice = approve.by_advice;
  wait(state).input = local(approve.grant).type;
  wait(state).by_line = approve.by_line;
  wait(state).reasons = approve.reasons;
  wait(state).valid_until_operand = static_cast<uint32_t>(operands.size());
  operands.push_back(expression(*approve.valid_until));
  wait(state).within = time_limit(*approve.within, approve.calendar, operands);
  if (approve.remind) wait(state).remind = time_limit(*approve.remind, approve.calendar, operands);
  for (const sema::Escalation& escalation : approve.escalations) {
    wait(state).escalations.push_back(
        {escalation.role, time_limit(*escalation.after, approve.calendar, operands)});
  }
  if (approve.counter) {
    wait(state).offered = approve.counter->record;
    wait(state).prefilled = prefilled(*approve.counter, operands);
  }
  call(state, std::move(operands), approve.grant, approve.handlers);
}

// Asks for the grant again with the facts as they are now; with it the write goes back to its park.
void FlowLowering::ask_again(const sema::Stmt& stmt, const sema::Write& write, const WriteSite& site,
                             Outlet& outlet) {
  RegisterId row = row_of(site.facts, write.approval->policy);
  uint32_t state = add_wait(stmt, WaitKind::AskAgain);
  wait(state).path = site.path + ".again";
  wait(state).target = write.proposal;
  wait(state).policy = program_.policy_table[write.approval->policy.index].index;
  wait(state).label = local(write.grant).name;
  wait(state).input = local(write.grant).type;
  wait(state).by_line = write.approval->by_line;
  wait(state).reasons = write.approval->reasons;
  park(state, {site.grant, site.target, site.facts, row});
  SwitchTag tags{{{Tag::Ok, outlet.retry}}, outlet.unhandled};
  BlockId rejected = handler_of(Cause::Rejected, write.approval->handlers, outlet);
  if (rejected != outlet.unhandled) tags.cases.emplace_back(Tag::Rejected, rejected);
  if (site.expired != outlet.unhandled) tags.cases.emplace_back(Tag::Expired, site.expired);
  builder_.at(builder_.entry(state));
  builder_.end(tags);
}

// The approval's handlers stand here again, with wait points of their own: where a grant that has expired and
// facts that have changed lead.
void FlowLowering::approval_handlers(const sema::Stmt& stmt, const sema::Write& write, Outlet& outlet,
                                     WriteSite& site) {
  site.path = prefix_ + stmt.path;
  std::string outer = std::exchange(prefix_, site.path + ".");
  const std::vector<sema::Handler>& handlers = write.approval->handlers;
  site.expired = handler_of(Cause::Expired, handlers, outlet);
  BlockId changed = builder_.make_block();
  builder_.at(changed);
  uint32_t policy = program_.policy_table[write.approval->policy.index].index;
  site.facts = builder_.load(Op::LoadInput, program_.out.abi.policies[policy].facts);
  outlet.ask_again = [&] { ask_again(stmt, write, site, outlet); };
  BlockId body = handler_of(Cause::Changed, handlers, outlet);
  outlet.ask_again = nullptr;
  builder_.at(changed);
  builder_.jump(body);
  site.refused = handler_of(Cause::Refused, handlers, outlet);
  prefix_ = outer;
  site.changed = body == outlet.unhandled ? outlet.unhandled : changed;
}

void FlowLowering::lower(const sema::Stmt& stmt, const sema::Write& write) {
  WriteSite site;
  site.grant = get(write.grant);
  site.target = write.target ? builder_.call(Builtin::KeyText, program_.types.text,
                                             {expression(*write.target)}, write.target->type)
                             : builder_.constant(program_.types.text, 0);
  uint32_t state = add_wait(stmt, WaitKind::Write);
  wait(state).target = write.proposal;
  wait(state).label = local(write.grant).name;
  if (write.granted) wait(state).policy = program_.policy_table[write.granted->policy.index].index;
  BlockId parked = park(state, {site.grant, site.target}), after = builder_.make_block();
  Outlet outlet{parked, after, LocalId(), {}, {}, unhandled(state)};
  site.changed = site.expired = site.refused = outlet.unhandled;

  SwitchTag tags{{{Tag::Ok, after}}, outlet.unhandled};
  auto add = [&](Tag tag, BlockId block) {
    if (block != outlet.unhandled) tags.cases.emplace_back(tag, block);
  };
  add(Tag::Rejected, rejections(write.handlers, handler_of(Cause::Rejected, write.handlers, outlet), outlet));
  add(Tag::Unavailable, handler_of(Cause::Unavailable, write.handlers, outlet));
  add(Tag::Invalid, handler_of(Cause::Invalid, write.handlers, outlet));
  if (write.approval) {
    approval_handlers(stmt, write, outlet, site);
  } else {
    site.expired = handler_of(Cause::Expired, write.handlers, outlet);
    site.changed = handler_of(Cause::Changed, write.handlers, outlet);
    site.refused = handler_of(Cause::Refused, write.handlers, outlet);
  }
  add(Tag::Changed, site.changed);
  add(Tag::Expired, site.expired);
  add(Tag::Refused, site.refused);
  builder_.at(builder_.entry(state));
  builder_.end(tags);
  builder_.at(after);
}

}  // namespace endcap::ir
