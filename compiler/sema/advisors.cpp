// Advisors as they are declared.
#include "compiler/sema/advisors.h"

#include <algorithm>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/expressions.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/written_time.h"
#include "runtime/value/decimal.h"

namespace endcap::sema {
namespace {

constexpr Duration kTimeoutMax = kHour;  // of a workflow that waits for a model
constexpr uint8_t kPercentPlaces = 4;    // of a percentage in millionths

class AdvisorChecker {
 public:
  AdvisorChecker(Context& context, uint32_t index)
      : context_(context), index_(index), info_(context.advisors[index]), tree_(*info_.tree) {}

  void run() {
    inputs();
    output();
    timeout();
    if (tree_.fresh) out().fresh = time(tree_.fresh, "fresh within", std::numeric_limits<Duration>::max());
    if (tree_.confidence) out().confidence = confidence_of(context_, *tree_.confidence);
    context_.program.advisor_classes.at(index_) =
        data_class_of(context_, tree_.data_class).value_or(DataClass::Internal);
    only_one();
  }

 private:
  abi::Advisor& out() { return context_.program.abi.advisors[index_]; }

  void inputs() {
    std::vector<abi::Field> fields;
    for (const ast::Parameter& tree : tree_.parameters) {
      const auto same = std::ranges::find(info_.parameters, tree.name.text, &Parameter::name);
      if (same != info_.parameters.end()) {
        context_.emit(DiagnosticKind::DuplicateName, tree.name.span, {tree.name.text})
            .label(same->span, "declared here first");
        continue;
      }
      const TypeId type = resolve_stored_type(context_, info_.module, tree.type.get(), "a question");
      info_.parameters.push_back({.name = tree.name.text, .type = type, .span = tree.name.span, .local = {}});
      fields.push_back({.name = tree.name.text, .type = type});
    }
    out().inputs = context_.types.record(tree_.name.text, std::move(fields));
  }

  void output() {
    if (!tree_.result) {
      context_.emit(DiagnosticKind::AdvisorSaysNothing, tree_.name.span, {tree_.name.text})
          .note("say what it answers: `-> list of Forecast`");
      return;
    }
    out().output = resolve_stored_type(context_, info_.module, tree_.result.get(), "an answer");
    if (context_.types.holds_map(out().output)) {
      context_.emit(DiagnosticKind::MapFromOutside, tree_.result->span, {"what a model answers"})
          .note("let it answer a list, and make a map of that");
      out().output = abi::kNoType;
      return;
    }
    // What a system holds comes from that system: a model can't make it up.
    if (const auto view = context_.entity_in(out().output)) {
      context_
          .emit(DiagnosticKind::AdvisorAnswersEntity, tree_.result->span,
                {tree_.name.text, context_.views[*view].tree->name.text})
          .label(context_.views[*view].tree->name.span, "it is read from a system")
          .note("let it answer the key, and read the rest where it is needed");
      out().output = abi::kNoType;
    }
  }

  void timeout() {
    if (tree_.timeout) {
      out().timeout = time(tree_.timeout, "timeout", kTimeoutMax);
      return;
    }
    context_.emit(DiagnosticKind::AdvisorTimeoutMissing, tree_.name.span, {tree_.name.text})
        .note("every wait has an end: say `timeout 30 s`, or another time up to an hour");
  }

  // A time that stands there: nothing that is computed decides how long a model is waited for.
  Duration time(const ast::ExprPtr& tree, const std::string& what, Duration most) {
    return written_time(context_, info_.module, tree, what, most).value_or(0);
  }

  // endcap.toml and the history call an advisor by this name alone.
  void only_one() {
    for (uint32_t i = 0; i < index_; ++i) {
      if (context_.program.abi.advisors[i].name != tree_.name.text) continue;
      context_.emit(DiagnosticKind::AdvisorTwice, tree_.name.span, {tree_.name.text})
          .label(context_.advisors[i].tree->name.span, "the other one");
      return;
    }
  }

  Context& context_;
  uint32_t index_;
  AdvisorInfo& info_;
  const ast::AdvisorDecl& tree_;
};

// An advisor that stands in endcap.toml, but that no module declares, is asked by nobody.
void compare_with_project(Context& context) {
  std::vector<std::string> declared;
  for (const abi::Advisor& advisor : context.program.abi.advisors) declared.push_back(advisor.name);
  if (declared.empty()) return;  // a part of a project, where nobody asks
  for (const AdvisorConfig& advisor : context.project.advisors) {
    if (std::ranges::find(declared, advisor.name) != declared.end()) continue;
    with_suggestion(context.emit(DiagnosticKind::AdvisorNotDeclared, advisor.span, {advisor.name}),
                    advisor.span, advisor.name, declared);
  }
}

}  // namespace

void describe_advisors(Context& context) {
  context.program.advisor_classes.resize(context.advisors.size());
  for (uint32_t i = 0; i < context.advisors.size(); ++i) AdvisorChecker(context, i).run();
  compare_with_project(context);
}

std::optional<uint32_t> confidence_of(Context& context, const ast::AdvisorDecl::Confidence& tree) {
  const auto units = decimal_from_text(tree.text, kPercentPlaces);
  if (units && *units >= 0 && *units <= 1'000'000) return static_cast<uint32_t>(*units);
  context.emit(DiagnosticKind::AdvisorConfidence, tree.span, {tree.text + "%"});
  return std::nullopt;
}

}  // namespace endcap::sema
