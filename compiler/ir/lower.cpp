// The front door of lowering: functions and policies become pure graphs, workflows become machines.
#include "compiler/ir/lower.h"

#include "compiler/ir/leaves.h"
#include "compiler/ir/liveness.h"
#include "compiler/ir/lowering.h"
#include "runtime/value/check.h"

namespace endcap::ir {

std::string last_part(const std::string& name) {
  size_t dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

ProgramLowering::ProgramLowering(sema::Program& program, const SourceMap& source_map)
    : sources(source_map), policy_table(program.policies), workflows(program.workflows) {
  out.abi = std::move(program.abi);
  types = known_types(out.abi.types);
  out.graphs.resize(program.functions.size() + program.policies.size());
  for (size_t i = 0; i < program.functions.size(); ++i) functions.push_back(GraphId(i));
  for (size_t i = 0; i < program.policies.size(); ++i) policies.push_back(GraphId(functions.size() + i));
}

uint32_t ProgramLowering::intern(std::string_view text) {
  auto& texts = out.abi.texts;
  if (texts_.empty()) {
    for (uint32_t i = 0; i < texts.size(); ++i) texts_.emplace(texts[i], i);
  }
  auto [at, added] = texts_.emplace(std::string(text), static_cast<uint32_t>(texts.size()));
  if (added) texts.emplace_back(text);
  return at->second;
}

uint32_t ProgramLowering::line(Span span) const {
  return span.valid() ? sources.line_column(span.source, span.begin).line : 0;
}

abi::SourcePlace ProgramLowering::place(Span span) {
  if (!span.valid()) return {};
  const auto column = [](uint32_t at) { return static_cast<uint16_t>(at > UINT16_MAX ? 0 : at); };
  const LineColumn begin = sources.line_column(span.source, span.begin);
  const LineColumn end = sources.line_column(span.source, span.end);
  abi::SourcePlace place{.line = begin.line, .column = column(begin.column)};
  if (end.line == begin.line) place.end_column = column(end.column);
  place.file = intern(sources.file(span.source).path);
  return place;
}

uint32_t ProgramLowering::mark(Mark::Kind kind, std::string text, Span span) {
  Mark mark{kind, std::move(text), span.valid() ? sources.file(span.source).path : std::string(), line(span)};
  const auto [at, added] = marks_.emplace(mark, static_cast<uint32_t>(out.marks.size()));
  if (added) out.marks.push_back(std::move(mark));
  return at->second;
}

uint32_t ProgramLowering::reserve_machine() {
  out.graphs.emplace_back();
  out.machines.push_back(GraphId(out.graphs.size() - 1));
  out.abi.machines.emplace_back();
  return static_cast<uint32_t>(out.machines.size() - 1);
}

FlowLowering::FlowLowering(ProgramLowering& program, std::string name, Span span,
                           const std::vector<sema::Local>& locals)
    : program_(program), locals_(locals), builder_(graph_, program.types) {
  graph_.name = std::move(name);
  graph_.pure = true;
  builder_.place(program.place(span));
  builder_.at(builder_.make_block());
}

FlowLowering::FlowLowering(ProgramLowering& program, const sema::Workflow& workflow, const Author& author,
                           abi::MachineKind kind, std::string name)
    : program_(program),
      workflow_(&workflow),
      author_(author),
      locals_(workflow.locals),
      builder_(graph_, program.types) {
  graph_.name = name;
  machine_.name = std::move(name);
  machine_.kind = kind;
  machine_.workflow = workflow.index;
  if (author.workflow != &workflow) machine_.run_workflow = author.workflow->index;
  builder_.place(program.place(author.workflow->span));
  machine_.states.emplace_back();
  builder_.at(builder_.entry(builder_.add_state()));
}

Graph FlowLowering::function(const sema::Function& function) {
  graph_.result = function.result;
  parameters(function.parameters);
  RegisterId result = expression(*function.body);
  builder_.end(Return{result});
  remove_unreachable(graph_);
  return std::move(graph_);
}

void FlowLowering::mark_row(const sema::Policy& policy, size_t row) {
  mark(Mark::Kind::PolicyRow, "row " + std::to_string(row + 1) + " of " + policy.name, policy.rows[row].span);
}

Graph FlowLowering::policy(const sema::Policy& policy) {
  graph_.result = program_.types.integer;
  parameters({policy.facts});
  for (auto& [id, value] : policy.lets) set(id, expression(*value));
  for (size_t i = 0; i < policy.rows.size() && builder_.open(); ++i) {
    builder_.place(program_.place(policy.rows[i].span));
    const auto row = [&] {
      if (policy.of.empty()) return mark_row(policy, i);
      for (const auto& [of, row_of] : policy.rows[i].of) mark_row(program_.policy_table[of], row_of);
    };
    if (!policy.rows[i].condition) {
      row();
      builder_.end(Return{builder_.integer(static_cast<Int128>(i))});
      continue;
    }
    BlockId holds = builder_.make_block(), next = builder_.make_block();
    branch_on(*policy.rows[i].condition, holds, next);
    builder_.at(holds);
    row();
    builder_.end(Return{builder_.integer(static_cast<Int128>(i))});
    builder_.at(next);
  }
  if (builder_.open()) builder_.end(Return{builder_.integer(-1)});
  remove_unreachable(graph_);
  return std::move(graph_);
}

void FlowLowering::parameters(const std::vector<LocalId>& captures) {
  for (LocalId id : captures) {
    registers_[id] = builder_.add_parameter(local(id).type, local(id).name, local(id));
  }
}

// The start's cells are what the caller gave; a view is given by its key and read before anything else.
void FlowLowering::start_parameters() {
  std::vector<RegisterId> cells;
  const auto& given = program_.out.abi.workflows[workflow_->index].parameters;
  for (const sema::StartParameter& parameter : workflow_->parameters) {
    // The key of a view is given; only the values of an exception may be advice.
    const RegisterLabel label = parameter.view ? RegisterLabel() : RegisterLabel(local(parameter.local));
    for (uint32_t i = parameter.first; i < parameter.first + parameter.count; ++i)
      cells.push_back(builder_.add_parameter(given[i].type, given[i].name, label));
  }
  for (const sema::StartParameter& parameter : workflow_->parameters) {
    if (!parameter.view) {
      set(parameter.local, cells[parameter.first]);
      continue;
    }
    sema::Stmt read;
    read.span = workflow_->span;
    read.path = "start." + local(parameter.local).name;
    read.control = workflow_->body.control;
    uint32_t state = add_wait(read, abi::WaitKind::ReadView);
    wait(state).target = *parameter.view;
    wait(state).input = program_.out.abi.views[*parameter.view].record;
    auto first = cells.begin() + parameter.first;
    call(state, std::vector<RegisterId>(first, first + parameter.count), parameter.local, {});
  }
}

void FlowLowering::main_machine(uint32_t index) {
  start_parameters();
  block(workflow_->body);
  end_of_body();
  finish_machine(index);
}

void FlowLowering::end_of_body() {
  if (!builder_.open()) return;
  if (machine_.kind == abi::MachineKind::Main || machine_.kind == abi::MachineKind::Run) {
    builder_.end(FaultOut{FaultKind::Defect});
  } else {
    builder_.end(Done{});
  }
}

void FlowLowering::finish_machine(uint32_t index) {
  remove_unreachable(graph_);
  program_.out.graphs[program_.out.machines[index].index] = std::move(graph_);
  program_.out.abi.machines[index] = std::move(machine_);
}

RegisterId FlowLowering::define(LocalId id) {
  auto found = registers_.find(id);
  if (found != registers_.end()) return found->second;
  const sema::Local& described = local(id);
  return registers_[id] = builder_.make_register(described.type, described.name, described);
}

void FlowLowering::set(LocalId id, RegisterId value) {
  if (id.valid()) builder_.assign(define(id), value);
}

RegisterId FlowLowering::get(LocalId id) const {
  auto found = registers_.find(id);
  CHECK(found != registers_.end());
  return found->second;
}

namespace {

// Blocks that nothing leads to are gone, and what they marked with them.
void drop_lost_marks(Program& program) {
  std::vector<std::optional<uint32_t>> to(program.marks.size());
  std::vector<Mark> kept;
  for (Graph& graph : program.graphs) {
    for (Block& block : graph.blocks) {
      for (uint32_t& mark : block.marks) {
        if (!to[mark]) {
          to[mark] = static_cast<uint32_t>(kept.size());
          kept.push_back(program.marks[mark]);
        }
        mark = *to[mark];
      }
    }
  }
  program.marks = std::move(kept);
}

}  // namespace

Program lower(sema::Program&& program, const SourceMap& sources) {
  ProgramLowering lowering(program, sources);
  Program& out = lowering.out;
  for (size_t i = 0; i < program.functions.size(); ++i) {
    const sema::Function& function = program.functions[i];
    FlowLowering flow(lowering, "function " + function.name, function.span, function.locals);
    out.graphs[lowering.functions[i].index] = flow.function(function);
  }
  for (size_t i = 0; i < program.policies.size(); ++i) {
    const sema::Policy& policy = program.policies[i];
    FlowLowering flow(lowering, "policy " + policy.name, policy.span, policy.locals);
    out.graphs[lowering.policies[i].index] = flow.policy(policy);
  }
  for (const sema::Workflow& workflow : program.workflows) {
    if (out.abi.workflows[workflow.index].only_run) continue;
    uint32_t index = lowering.reserve_machine();
    out.abi.workflows[workflow.index].main = index;
    FlowLowering flow(lowering, workflow, {&workflow}, abi::MachineKind::Main, last_part(workflow.name));
    flow.main_machine(index);
  }
  lower_deliveries(lowering, program);
  drop_lost_marks(out);
  fill_liveness(out);
  fill_leaves(out);
  for (const sema::Workflow& workflow : program.workflows) {
    if (out.abi.workflows[workflow.index].only_run) continue;
    out.abi.workflows[workflow.index].parts_noted = true;
    out.abi.workflows[workflow.index].signature = signature(out.abi, workflow.index);
  }
  if (out.abi.hash.empty()) out.abi.hash = abi::sha256(print(out));
  return std::move(lowering.out);
}

}  // namespace endcap::ir
