// Readable text of every graph, for people and tests. Also what the program hash is made of: everything a
// graph does is in it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/ir/lower.h"
#include "runtime/abi/shape.h"
#include "runtime/value/decimal.h"

namespace endcap::ir {
namespace {

constexpr const char* kOps[] = {"constant",    "move",     "add",  "subtract",   "negate",     "compare",
                                "not",         "and",      "or",   "field",      "load_frame", "load_input",
                                "load_detail", "load_now", "call", "call_graph", "try_graph",  "is_present"};
constexpr const char* kPredicates[] = {"==", "!=", "<", "<=", ">", ">="};

class Printer {
 public:
  Printer(const Program& program, const Graph& graph, const abi::Machine* machine, std::string& out)
      : program_(program), graph_(graph), machine_(machine), out_(out) {}

  void run() {
    add("{} {}({})", graph_.pure ? "pure" : "machine", graph_.name, list(graph_.parameters));
    add("{}\n", graph_.pure ? " -> " + type(graph_.result) : "");
    for (size_t i = 0; i < graph_.states.size(); ++i) state(i);
    for (size_t i = 0; i < graph_.blocks.size(); ++i) {
      add("b{}: -- line {}\n", i, graph_.blocks[i].place.line);
      for (const Instruction& instruction : graph_.blocks[i].instructions) this->instruction(instruction);
      terminator(graph_.blocks[i].terminator);
    }
    add("\n");
  }

 private:
  template <typename... Arguments>
  void add(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), text, std::forward<Arguments>(arguments)...);
  }

  std::string type(abi::TypeId id) const {
    if (id >= program_.abi.types.size()) return "?";
    const abi::Type& t = program_.abi.types[id];
    const std::string bounds = abi::bounds_text(t);
    return fmt::format("t{}{}{}{}{}", id, t.name.empty() ? "" : ":", t.name, bounds.empty() ? "" : " ",
                       bounds);
  }
  std::string name(RegisterId id) const {
    if (id.index >= graph_.registers.size()) return "r?";
    const std::string& text = graph_.registers[id.index].name;
    return fmt::format("r{}{}{}", id.index, text.empty() ? "" : ".", text);
  }
  std::string typed(RegisterId id) const {
    if (id.index >= graph_.registers.size()) return "r?";
    const Register& r = graph_.registers[id.index];
    std::string text = fmt::format("{}: {}", name(id), type(r.type));
    if (r.trust == abi::Trust::Advice) text += " advice";
    const bool all = r.advised.empty() || (r.advised.size() == 1 && r.advised[0] == abi::kItself);
    return all ? text : fmt::format("{} in {}", text, fmt::join(r.advised, " "));
  }
  std::string list(const std::vector<RegisterId>& ids, bool with_types = true) const {
    std::vector<std::string> texts;
    for (RegisterId id : ids) texts.push_back(with_types ? typed(id) : name(id));
    return fmt::format("{}", fmt::join(texts, ", "));
  }

  void state(size_t i) {
    add("  state {} -> b{}", i, graph_.states[i].entry.index);
    if (machine_ && i < machine_->states.size()) {
      const abi::WaitPoint& wait = machine_->states[i];
      add(" kind {} `{}`", static_cast<int>(wait.kind), wait.path);
      add(" target {} operands {}", wait.target, wait.operands);
      if (wait.asked) add(" asks for {}", program_.abi.workflows[wait.asked->workflow].name);
    }
    add(" live ({})\n", list(graph_.states[i].live));
  }

  void instruction(const Instruction& i) {
    add("  {} = {}", typed(i.result), kOps[static_cast<size_t>(i.op)]);
    switch (i.op) {
      case Op::Constant:
        add(" {}", decimal_to_text(i.constant.bits, 0));
        break;
      case Op::Move:
      case Op::Negate:
      case Op::Not:
      case Op::IsPresent:
        add(" {}", name(i.a));
        break;
      case Op::Add:
      case Op::Subtract:
      case Op::And:
      case Op::Or:
        add(" {}, {}", name(i.a), name(i.b));
        break;
      case Op::Compare:
        add(" {} {} {}", name(i.a), kPredicates[static_cast<size_t>(i.predicate)], name(i.b));
        break;
      case Op::LoadField:
        add(" {}.{}", name(i.a), i.index);
        break;
      case Op::LoadFrame:
        add(" {}", i.index);
        break;
      case Op::LoadInput:
      case Op::LoadDetail:
      case Op::LoadNow:
        break;
      case Op::Call:
        add(" {}({}; {:#x})", abi::builtin(i.builtin).name, list(i.arguments, false), i.immediate);
        if (i.builtin == abi::Builtin::TextLiteral && i.immediate < program_.abi.texts.size()) {
          add(" -- \"{}\"", program_.abi.texts[i.immediate]);
        }
        break;
      case Op::CallGraph:
      case Op::TryGraph:
        add(" {}({})", program_.graphs[i.graph.index].name, list(i.arguments, false));
        if (i.op == Op::TryGraph) add(" or {}", decimal_to_text(i.constant.bits, 0));
        break;
    }
    add("\n");
  }

  template <typename Value>
  void cases(const std::vector<std::pair<Value, BlockId>>& list, BlockId fallback) {
    for (auto& [value, block] : list) add(" {} -> b{},", value, block.index);
    add(" else b{}\n", fallback.index);
  }

  void terminator(const Terminator& t) {
    if (auto* jump = std::get_if<Jump>(&t)) add("  jump b{}\n", jump->to.index);
    if (auto* b = std::get_if<Branch>(&t)) {
      add("  branch {} ? b{} : b{}\n", name(b->condition), b->then.index, b->otherwise.index);
    }
    if (auto* choice = std::get_if<SwitchTag>(&t)) {
      add("  switch tag");
      cases(choice->cases, choice->fallback);
    }
    if (auto* choice = std::get_if<SwitchInt>(&t)) {
      add("  switch {}", name(choice->value));
      cases(choice->cases, choice->fallback);
    }
    if (auto* park = std::get_if<Park>(&t)) add("  park {} ({})\n", park->state, list(park->operands, false));
    if (auto* finish = std::get_if<Finish>(&t))
      add("  finish {} {}\n", finish->outcome, name(finish->record));
    if (auto* fail = std::get_if<Fail>(&t)) {
      add("  fail {} {}{}\n", fail->outcome, name(fail->record), fail->compensate ? " and compensate" : "");
    }
    if (auto* yield = std::get_if<Yield>(&t))
      add("  yield {}{}{}\n", name(yield->value), yield->more.empty() ? "" : ", ", list(yield->more, false));
    if (std::holds_alternative<SkipElement>(t)) add("  skip\n");
    if (std::holds_alternative<Done>(t)) add("  done\n");
    if (auto* out = std::get_if<FaultOut>(&t)) add("  fault {}\n", to_string(out->kind));
    if (auto* guard = std::get_if<GuardResult>(&t)) add("  guard {}\n", name(guard->value));
    if (auto* result = std::get_if<Return>(&t)) add("  return {}\n", name(result->value));
  }

  const Program& program_;
  const Graph& graph_;
  const abi::Machine* machine_;
  std::string& out_;
};

}  // namespace

std::string print(const Program& program) {
  std::vector<const abi::Machine*> machine_of(program.graphs.size(), nullptr);
  for (size_t i = 0; i < program.machines.size() && i < program.abi.machines.size(); ++i) {
    machine_of[program.machines[i].index] = &program.abi.machines[i];
  }
  std::string out;
  for (size_t i = 0; i < program.graphs.size(); ++i)
    Printer(program, program.graphs[i], machine_of[i], out).run();
  return out;
}

}  // namespace endcap::ir
