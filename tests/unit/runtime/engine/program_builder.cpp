// Programs made by hand: see program_builder.h.
#include "tests/unit/runtime/engine/program_builder.h"

#include <algorithm>
#include <cstring>

#include "runtime/abi/shape.h"

namespace endcap::test {
namespace {

Exit run_body(Context* context, uint32_t state) {
  return static_cast<const std::vector<Body>*>(context->program->code.get())
      ->at(context->machine)(context, state);
}

}  // namespace

ProgramBuilder::ProgramBuilder()
    : program_(std::make_shared<abi::Program>()), bodies_(std::make_shared<std::vector<Body>>()) {
  program_->code = bodies_;
  program_->hash = abi::sha256("a program made by hand");
  boolean = type(abi::Kind::Bool);
  integer = type(abi::Kind::Int);
  text = type(abi::Kind::Text);
  instant = type(abi::Kind::Instant);
  duration = type(abi::Kind::Duration);
  business = type(abi::Kind::BusinessDuration);
  list_of_integer = type(abi::Kind::List, "", integer);
  grant = type(abi::Kind::Grant);
}

TypeId ProgramBuilder::type(abi::Kind kind, std::string name, TypeId element) {
  abi::Type made;
  made.kind = kind;
  made.name = std::move(name);
  made.element = element;
  program_->types.push_back(std::move(made));
  return static_cast<TypeId>(program_->types.size() - 1);
}

TypeId ProgramBuilder::record(std::string name, std::vector<abi::Field> fields) {
  const TypeId made = type(abi::Kind::Record, std::move(name));
  program_->types[made].fields = std::move(fields);
  return made;
}

uint32_t ProgramBuilder::workflow(std::string name, std::vector<abi::Workflow::StartParameter> parameters,
                                  std::vector<abi::Outcome> outcomes) {
  abi::Workflow made;
  made.name = "test." + name;
  made.parameters = std::move(parameters);
  made.outcomes = std::move(outcomes);
  program_->workflows.push_back(std::move(made));
  return static_cast<uint32_t>(program_->workflows.size() - 1);
}

uint32_t ProgramBuilder::machine(uint32_t workflow, abi::MachineKind kind, std::string name,
                                 std::vector<TypeId> parameters, Body body) {
  const auto index = static_cast<uint32_t>(program_->machines.size());
  abi::Machine made;
  made.name = std::move(name);
  made.kind = kind;
  made.workflow = workflow;
  for (const TypeId parameter : parameters) made.parameters.push_back({"", parameter});
  made.states.emplace_back();
  made.advance = run_body;
  program_->machines.push_back(std::move(made));
  bodies_->push_back(std::move(body));
  if (kind == abi::MachineKind::Main) program_->workflows[workflow].main = index;
  return index;
}

abi::WaitPoint& ProgramBuilder::wait(uint32_t machine, abi::WaitKind kind, std::string path,
                                     std::vector<TypeId> live, std::vector<TypeId> operands, TypeId input) {
  abi::WaitPoint& point = program_->machines[machine].states.emplace_back();
  point.kind = kind;
  point.path = std::move(path);
  for (const TypeId slot : live) point.live.push_back({"", slot});
  point.operands = std::move(operands);
  point.input = input;
  return point;
}

// ---------------------------------------------------------------- what a machine does

std::string text_of(Context* c, Cell cell) { return std::string(c->arena->text(cell)); }
Cell text(Context* c, const std::string& value) { return Cell{c->arena->put_text(value)}; }
Cell number(int64_t value) { return Cell{value}; }

Cell record(Context* c, std::initializer_list<Cell> fields) {
  const abi::Reference object = c->arena->allocate(static_cast<uint32_t>(fields.size() * sizeof(Cell)));
  std::copy(fields.begin(), fields.end(), c->arena->cells(object));
  return Cell{object};
}

Cell list(Context* c, const std::vector<Cell>& cells) {
  if (cells.empty()) return Cell{};
  const abi::Reference object = c->arena->allocate(static_cast<uint32_t>((cells.size() + 1) * sizeof(Cell)));
  const abi::ListHeader header{static_cast<uint32_t>(cells.size()), 0, 0, 0};
  std::memcpy(c->arena->at(object), &header, sizeof header);
  std::copy(cells.begin(), cells.end(), c->arena->cells(object) + 1);
  return Cell{object};
}

Cell field(Context* c, Cell record, size_t index) {
  return c->arena->cells(abi::reference_of(record))[index];
}

std::vector<Cell> cells_of(Context* c, TypeId list_type, Cell list) {
  auto found = abi::find_list_cells(*c->arena, c->program->types, list_type, list, c->blobs).value();
  if (found.count == 0) return {};
  return {c->arena->cells(found.first), c->arena->cells(found.first) + found.count};
}

Exit park(Context* c, uint32_t state, const std::vector<Cell>& frame, const std::vector<Cell>& operands) {
  std::copy(frame.begin(), frame.end(), c->frame);
  std::copy(operands.begin(), operands.end(), c->operands);
  c->frame_count = static_cast<uint32_t>(frame.size());
  c->operand_count = static_cast<uint32_t>(operands.size());
  c->next_state = state;
  return Exit::Park;
}

Exit finish(Context* c, uint32_t outcome, Cell record) {
  c->outcome = outcome;
  c->operands[0] = record;
  c->operand_count = 1;
  return Exit::Finish;
}

Exit fail(Context* c, uint32_t outcome, Cell record, bool compensate) {
  finish(c, outcome, record);
  c->compensate = compensate ? 1 : 0;
  return Exit::Fail;
}

Exit yield(Context* c, Cell value) {
  c->operands[0] = value;
  c->operand_count = 1;
  return Exit::Yield;
}

Exit unhandled(Context* c) {
  c->fault = static_cast<uint32_t>(FaultKind::Unhandled);
  return Exit::Faulted;
}

}  // namespace endcap::test
