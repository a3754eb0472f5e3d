// The advice pass over routes and syncs: nobody stands between what they carry and the system that takes it,
// so that no advice may come in at all.
#include "compiler/sema/passes/advice.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/trust.h"

namespace endcap::sema {
namespace {

constexpr const char* kNobodyIsAsked =
    "nobody is asked here: let a workflow decide by it, with a policy or a person that grants the write";

class DeliveryAdvice {
 public:
  DeliveryAdvice(const Program& program, Delivery& delivery, uint32_t operation, Diagnostics& diagnostics)
      : program_(program),
        delivery_(delivery),
        operation_(program.abi.operations[operation].name),
        diagnostics_(diagnostics),
        scope_(program, delivery.locals.size()) {}

  void run() {
    bind(delivery_.it, label_of_type(program_.abi.types, type(delivery_.it), delivery_.it));
    require(delivery_.where, "whether " + operation_ + " happens");
    const Label made = scope_.label(*delivery_.mapped);
    bind(delivery_.made, through(made, delivery_.locals[delivery_.made.index].name));
    require(delivery_.payload, "what " + operation_ + " sends");
    for (Delivery::Asked& asked : delivery_.asked)
      require(asked.facts,
              "what policy " + program_.policies[asked.policy.index].name + " says of " + operation_);
    if (!delivery_.same) return;
    bind(delivery_.there, {});  // fields of advice are not compared
    require(delivery_.key, "which " + delivery_.locals[delivery_.there.index].name + " it is compared with");
    require(delivery_.same, "whether " + operation_ + " happens");
  }

 private:
  TypeId type(LocalId local) const { return delivery_.locals[local.index].type; }
  void bind(LocalId local, Label label) { scope_.bind(local, std::move(label)); }

  // One finding a delivery: what follows from it is no finding of its own.
  void require(ExprPtr& value, const std::string& decided) {
    if (!value || told_) return;
    const Label label = flatten(scope_.label(*value));
    if (!label.advice()) return;
    told_ = true;
    diagnostics_.emit(DiagnosticKind::CarriedAdvice, value->span, {label.path(), decided})
        .note(kNobodyIsAsked);
  }

  const Program& program_;
  Delivery& delivery_;
  const std::string& operation_;
  Diagnostics& diagnostics_;
  TrustScope scope_;
  bool told_ = false;
};

// Which entities a sync carries: those that are listed, and those that events name.
void check_carried_entities(const Program& program, uint32_t number, Diagnostics& diagnostics) {
  const abi::Sync& sync = program.abi.syncs[number];
  const Span at = program.syncs[number].span;
  const std::string decided = "which entities " + sync.name + " carries";
  const auto tell = [&](const std::string& what) {
    diagnostics.emit(DiagnosticKind::CarriedAdvice, at, {what, decided}).note(kNobodyIsAsked);
  };
  if (const auto property = advice_asked_for(program, sync.reconciliation.operation))
    return tell("`" + *property + "` in " + program.abi.operations[sync.reconciliation.operation].name);
  for (const abi::Sync::Change& change : sync.changes) {
    const abi::Event& event = program.abi.events[change.event];
    for (const uint32_t field : change.key_fields) {
      const abi::Field& key = program.abi.types[event.record].fields[field];
      if (key.advice) return tell("`" + key.name + "` of " + event.name);
    }
  }
}

}  // namespace

void check_carried_advice(Program& program, Diagnostics& diagnostics) {
  for (uint32_t i = 0; i < program.syncs.size(); ++i) check_carried_entities(program, i, diagnostics);
  for (size_t i = 0; i < program.routes.size(); ++i)
    DeliveryAdvice(program, program.routes[i], program.abi.routes[i].delivery.operation, diagnostics).run();
  for (size_t i = 0; i < program.syncs.size(); ++i)
    DeliveryAdvice(program, program.syncs[i], program.abi.syncs[i].delivery.operation, diagnostics).run();
}

}  // namespace endcap::sema
