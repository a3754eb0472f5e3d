// Writes that may be in flight together and are about the same thing: which of them stays is left to chance.
// Told where both are surely about one thing, by the values of their keys (values.h): whether both happen is
// not known, so it is a warning.
#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/values.h"
#include "compiler/sema/passes/walk.h"

namespace endcap::sema {
namespace {

// What runs beside something else, around a statement: a branch of `together`, an element of a parallel loop,
// the handler of an event.
struct Beside {
  enum class Form : uint8_t { Branch, Element, Handler } form;
  const void* of = nullptr;  // the statement; the handler
  size_t branch = 0;
  LocalId variable;  // Element, Handler: what is another one each time
  bool operator==(const Beside& other) const { return of == other.of && branch == other.branch; }
};

// What a proposal would write, by the numbers of its values.
struct ProposedPayload {
  const Propose* node = nullptr;
  Value key, whole;
};

struct PossibleWrite {
  Span span;
  const ProposedPayload* proposal = nullptr;
  LocalId grant;
  std::set<LocalId> varies;  // the key, for the target of this write
  std::vector<Beside> places;
};

class ParallelWritesPass {
 public:
  ParallelWritesPass(const Program& program, Workflow& workflow, Diagnostics& diagnostics)
      : program_(program), workflow_(workflow), diagnostics_(diagnostics) {}

  void run() {
    walk(workflow_.body);
    for (size_t second = 0; second < written_.size(); ++second) {
      for (size_t first = 0; first <= second; ++first) {
        if (tell(written_[first], written_[second])) break;
      }
    }
  }

 private:
  // ---------------------------------------------------------------- two writes

  bool tell(const PossibleWrite& first, const PossibleWrite& second) {
    if (!same_thing(*first.proposal, *second.proposal) || !together(first, second)) return false;
    if (!told_.insert({second.span.source, second.span.begin}).second) return true;
    const std::string& name = operation(*second.proposal->node).name;
    Diagnostic& diagnostic = diagnostics_.emit(DiagnosticKind::ParallelWrites, second.span, {name});
    if (&first == &second) {
      diagnostic.note(
          "each element of the loop writes it: write it behind the loop, or for what the element has of its "
          "own");
    } else {
      diagnostic.label(first.span, "written here too, by " + operation(*first.proposal->node).name)
          .note("which of them stays is left to chance: let one come after the other");
    }
    return true;
  }

  const abi::Operation& operation(const Propose& propose) const {
    return program_.abi.operations[propose.operation];
  }

  static bool overwrites(const abi::Operation& operation) {
    return operation.form == abi::OperationForm::Update;
  }

  bool same_thing(const ProposedPayload& one, const ProposedPayload& other) const {
    const abi::Operation &a = operation(*one.node), &b = operation(*other.node);
    if (!overwrites(a) || !overwrites(b))
      return one.node->operation == other.node->operation && one.whole.number == other.whole.number;
    return a.system == b.system && a.target == b.target && one.key.number == other.key.number &&
           sets_what_other_sets(a, b);
  }

  static bool sets_what_other_sets(const abi::Operation& a, const abi::Operation& b) {
    return std::ranges::any_of(a.fields, [&](const abi::WireField& field) {
      return !field.key && std::ranges::any_of(b.fields, [&](const abi::WireField& other) {
        return !other.key && other.name == field.name;
      });
    });
  }

  // Whether both may be in flight at one time.
  bool together(const PossibleWrite& first, const PossibleWrite& second) const {
    const size_t shared = std::min(first.places.size(), second.places.size());
    size_t at = 0;
    for (; at < shared && first.places[at] == second.places[at]; ++at) {
      const Beside& place = first.places[at];
      // Elements may each create one like the others.
      if (place.form != Beside::Form::Element || !overwrites(operation(*first.proposal->node))) continue;
      // A grant from outside the loop is written once: that is the matter of the grants.
      if (first.varies.contains(place.variable) || second.varies.contains(place.variable)) continue;
      if (granted_at(first.grant) > at && granted_at(second.grant) > at) return true;
    }
    // One leaf of one grant is written once: that is the matter of the grants too.
    if (first.grant == second.grant && first.proposal == second.proposal) return false;
    const auto beside = [&](const PossibleWrite& one) {
      return std::any_of(one.places.begin() + static_cast<ptrdiff_t>(at), one.places.end(),
                         [](const Beside& place) { return place.form == Beside::Form::Handler; });
    };
    if (beside(first) || beside(second)) return true;
    return at < shared && first.places[at].form == Beside::Form::Branch &&
           first.places[at].of == second.places[at].of;
  }

  size_t granted_at(LocalId grant) const {
    const auto found = granted_.find(grant);
    return found == granted_.end() ? 0 : found->second;
  }

  // ---------------------------------------------------------------- statements

  void walk(Block& block) {
    for (Stmt& stmt : block.statements) {
      std::visit([&](auto& node) { go(node, stmt); }, stmt.node);
    }
  }

  void inside(Beside place, Block& block) {
    places_.push_back(place);
    walk(block);
    places_.pop_back();
  }

  // Handlers of what waits, and all that is no place of its own.
  template <typename Node>
  void go(Node&, Stmt& stmt) {
    blocks(stmt, nullptr);
  }
  void blocks(Stmt& stmt, const Block* but) {
    visit_blocks(stmt, [&](Block& block) {
      if (&block != but) walk(block);
    });
  }

  std::set<LocalId> around() const {
    std::set<LocalId> variables;
    for (const Beside& place : places_) {
      if (place.variable.valid()) variables.insert(place.variable);
    }
    return variables;
  }
  void unknown(LocalId local) {
    if (local.valid()) values_.define(local, values_.fresh(around()));
  }

  void go(Propose& node, Stmt&) {
    if (node.variable.valid()) values_.element(node.variable, *node.list, node.where.get());
    const auto& fields = std::get<MakeRecord>(node.payload->node).fields;
    const auto& wire = operation(node).fields;
    std::vector<const Expr*> key, whole;
    for (size_t i = 0; i < fields.size(); ++i) {
      whole.push_back(fields[i].get());
      if (wire[i].key) key.push_back(fields[i].get());
    }
    const std::string target = std::to_string(operation(node).system) + " " + operation(node).target;
    proposed_[node.local] = {&node, values_.made("key of " + target, key), values_.made("payload", whole)};
  }

  void go(Approve& node, Stmt& stmt) {
    granted_[node.grant] = places_.size();
    blocks(stmt, nullptr);
  }

  void go(Write& node, Stmt& stmt) {
    const LocalId proposal = workflow_.locals[node.grant.index].grant_of[node.proposal];
    const auto found = proposed_.find(proposal);
    if (found != proposed_.end()) {
      const Propose& propose = *found->second.node;
      PossibleWrite possible{stmt.span, &found->second, node.grant, found->second.key.varies, places_};
      possible.varies.insert(found->second.whole.varies.begin(), found->second.whole.varies.end());
      if (propose.variable.valid() && possible.varies.erase(propose.variable) > 0 && node.target) {
        const Value target = values_.of(*node.target);
        possible.varies.insert(target.varies.begin(), target.varies.end());
      }
      written_.push_back(std::move(possible));
    }
    blocks(stmt, nullptr);
  }

  void go(Together& node, Stmt&) {
    for (size_t i = 0; i < node.branches.size(); ++i)
      inside({Beside::Form::Branch, &node, i, LocalId()}, node.branches[i].body);
  }

  void go(ForEach& node, Stmt&) {
    values_.element(node.variable, *node.list, node.inner.empty() ? node.where.get() : nullptr);
    if (node.parallel == 0) {
      walk(node.body);
    } else if (!node.inner.empty()) {
      sweep(node);
    } else {
      inside({Beside::Form::Element, &node, 0, node.variable}, node.body);
    }
    unknown(node.collect);
    if (node.otherwise) walk(*node.otherwise);
  }

  // What changes with one of its lists only is the same for many combinations.
  void sweep(ForEach& node) {
    const size_t around = places_.size();
    places_.push_back({Beside::Form::Element, &node, 0, node.variable});
    for (size_t i = 0; i < node.inner.size(); ++i) {
      values_.element(node.inner[i].variable, *node.inner[i].list, nullptr);
      places_.push_back({Beside::Form::Element, &node, i + 1, node.inner[i].variable});
    }
    walk(node.body);
    places_.resize(around);
  }

  void bind(const EventPattern& pattern) {
    unknown(pattern.record);
    for (const auto& [local, field] : pattern.bindings) unknown(local);
  }

  // What ends the workflow first lets settle what is in flight.
  void go(Throughout& node, Stmt&) {
    for (EventHandler& handler : node.handlers) {
      bind(handler.pattern);
      if (handler.ends_workflow) {
        walk(handler.body);
      } else {
        inside({Beside::Form::Handler, &handler, 0, handler.pattern.record}, handler.body);
      }
    }
  }
  void go(WaitUntil& node, Stmt& stmt) {
    for (EventHandler& handler : node.handlers) bind(handler.pattern);
    blocks(stmt, nullptr);
  }
  void go(WaitEvent& node, Stmt& stmt) {
    blocks(stmt, nullptr);
    bind(node.pattern);
  }

  void go(Task& node, Stmt& stmt) {
    blocks(stmt, nullptr);
    unknown(node.answer);
  }

  void go(Run& node, Stmt& stmt) {
    for (size_t i = 0; i < node.parameters.size(); ++i)
      values_.define(node.parameters[i], values_.of(*node.arguments[i]));
    walk(node.body);
    for (const Handler& handler : node.handlers) {
      unknown(handler.record);
      for (const auto& [local, field] : handler.bindings) unknown(local);
    }
    blocks(stmt, &node.body);
    unknown(node.result);
  }

  // ---------------------------------------------------------------- values

  void go(Repeat& node, Stmt& stmt) {
    for (const auto& [local, value] : node.with) unknown(local);
    blocks(stmt, nullptr);
  }
  void go(Let& node, Stmt&) { values_.define(node.local, values_.of(*node.value)); }
  void go(Ask& node, Stmt&) { unknown(node.local); }
  void go(ReadOperation& node, Stmt& stmt) {
    values_.define(node.local,
                   values_.made("operation " + std::to_string(node.operation), {node.payload.get()}));
    blocks(stmt, nullptr);
  }
  void go(ReadView& node, Stmt& stmt) { read("view " + std::to_string(node.view), node, stmt); }
  void go(ReadNavigation& node, Stmt& stmt) {
    read("navigation " + std::to_string(node.navigation), node, stmt);
  }
  template <typename Read>
  void read(const std::string& how, Read& node, Stmt& stmt) {
    std::vector<const Expr*> key;
    for (const ExprPtr& part : node.key) key.push_back(part.get());
    values_.define(node.local, values_.made(how, key));
    blocks(stmt, nullptr);
  }
  void go(Match& node, Stmt& stmt) {
    for (Match::Arm& arm : node.arms) {
      if (arm.binding.valid()) values_.define(arm.binding, values_.made("inside", {node.subject.get()}));
    }
    blocks(stmt, nullptr);
  }

  const Program& program_;
  Workflow& workflow_;
  Diagnostics& diagnostics_;
  ValueTable values_;
  std::vector<Beside> places_;
  std::map<LocalId, ProposedPayload> proposed_;
  std::map<LocalId, size_t> granted_;  // how many places are around its approval
  std::vector<PossibleWrite> written_;
  std::set<std::pair<SourceId, uint32_t>> told_;
};

}  // namespace

void check_parallel_writes(Program& program, Diagnostics& diagnostics) {
  for (Workflow& workflow : program.workflows) ParallelWritesPass(program, workflow, diagnostics).run();
}

}  // namespace endcap::sema
