// Comparison of two upgrade signatures.
#include "compiler/ir/breaking.h"

#include <algorithm>
#include <map>
#include <set>

namespace endcap::ir {
namespace {

using FindingKind = UpgradeFinding::Kind;
using FindingPlace = UpgradeFinding::Place;

// Names may repeat in one frame (two loops over `store`): the n-th of a name is its own. Values of the
// compiler go by their type.
std::map<std::string, const SignatureSlot*> by_name(const std::vector<SignatureSlot>& slots) {
  std::map<std::string, const SignatureSlot*> result;
  std::map<std::string, int> count;
  for (const SignatureSlot& slot : slots) {
    const std::string name = slot.name.empty() ? "of the compiler " + slot.shape : slot.name;
    result.emplace(name + "#" + std::to_string(++count[name]), &slot);
  }
  return result;
}

std::string shown(const SignatureSlot& slot) {
  return slot.name.empty() ? "a value the compiler keeps" : slot.name;
}

class SignatureComparer {
 public:
  SignatureComparer(const Signature& before, const Signature& after) : before_(before), after_(after) {}

  WorkflowUpgrade run() {
    out_.workflow = after_.workflow;
    out_.old_version = before_.version;
    out_.new_version = after_.version;
    if (before_.hash == after_.hash) {
      for (const SignaturePoint& point : before_.points) out_.unchanged.push_back(point.path);
      if (after_.version < before_.version) version_not_raised();
    } else {
      if (after_.version <= before_.version) version_not_raised();
      keys();
      for (const SignaturePoint& point : before_.points) of_point(point);
      for (const SignaturePoint& point : after_.points) {
        if (!before_.find(point.path)) out_.added.push_back(point.path);
      }
      out_.verdict = WorkflowUpgrade::Verdict::Maps;
    }
    if (!out_.findings.empty()) out_.verdict = WorkflowUpgrade::Verdict::Strands;
    return std::move(out_);
  }

 private:
  // The same finding at several wait points is one finding with several places.
  void found(FindingKind kind, std::string subject, std::string before, std::string after,
             const SignaturePoint& at, bool clause_helps = false) {
    bad_ = true;
    const FindingPlace place{at.path, at.file, at.line};
    for (UpgradeFinding& finding : out_.findings) {
      if (finding.kind != kind || finding.subject != subject || finding.before != before ||
          finding.after != after)
        continue;
      finding.places.push_back(place);
      return;
    }
    out_.findings.push_back(
        {kind, std::move(subject), std::move(before), std::move(after), {place}, clause_helps});
  }

  void version_not_raised() {
    out_.findings.push_back({FindingKind::VersionNotRaised,
                             after_.workflow,
                             std::to_string(before_.version),
                             std::to_string(after_.version),
                             {start_of_workflow()},
                             false});
  }

  void keys() {
    auto text = [](const Signature& signature) {
      for (const SignatureParameter& parameter : signature.parameters) {
        if (parameter.name == signature.key) return signature.key + ": " + parameter.type;
      }
      return signature.key;
    };
    if (text(before_) != text(after_))
      out_.findings.push_back({FindingKind::KeyChanged,
                               after_.workflow,
                               text(before_),
                               text(after_),
                               {start_of_workflow()},
                               false});
  }

  FindingPlace start_of_workflow() const {
    const SignaturePoint* start = after_.find("(start)");
    return start ? FindingPlace{"(start)", start->file, start->line} : FindingPlace{"(start)", "", 0};
  }

  // Where a wait point that is gone would have stood: beside what shares the longest part of its path.
  FindingPlace near(const std::string& path) const {
    for (size_t end = path.find_last_of(".["); end != std::string::npos && end > 0;
         end = path.find_last_of(".[", end - 1)) {
      for (const SignaturePoint& point : after_.points) {
        if (point.path.starts_with(path.substr(0, end)) && point.kind != "start")
          return {path, point.file, point.line};
      }
    }
    FindingPlace start = start_of_workflow();
    start.path = path;
    return start;
  }

  void gone(const SignaturePoint& point) {
    // What has not begun goes with what would begin it, which is a wait point of its own.
    if (point.kind == "start") return;
    const FindingPlace place = near(point.path);
    out_.findings.push_back({FindingKind::PointGone, point.path, point.kind, "", {place}, true});
  }

  void of_point(const SignaturePoint& before) {
    const SignaturePoint* after = after_.find(before.path);
    if (!after) return gone(before);
    bad_ = false;
    if (before.kind != after->kind) {
      found(FindingKind::KindChanged, before.path, before.kind, after->kind, *after);
      return;
    }
    if (before.kind == "run" && before.call != after->call) {
      found(FindingKind::KindChanged, before.path, "run " + before.call, "run " + after->call, *after);
      return;
    }
    values(before, *after);
    grants(before, *after);
    if (before.call != after->call || before.payload != after->payload)
      found(FindingKind::PayloadChanged, before.call, before.call, after->call, *after);
    if (before.kind == "event" && before.events != after->events)
      found(FindingKind::EventGone, before.events.front(), before.events.front(), after->events.front(),
            *after);
    if (before.element != after->element || before.collected != after->collected)
      found(FindingKind::ElementChanged, before.path, structure(before_, before), structure(after_, *after),
            *after);
    if (!bad_) out_.unchanged.push_back(before.path);
  }

  static std::string structure(const Signature& in, const SignaturePoint& point) {
    auto text = [&](const std::string& hash) {
      const auto found = in.shapes.find(hash);
      return found == in.shapes.end() ? std::string("nothing") : found->second;
    };
    return text(point.element) + ", collects " + text(point.collected);
  }

  void values(const SignaturePoint& before, const SignaturePoint& after) {
    const auto held = by_name(before.live);
    for (const auto& [name, needed] : by_name(after.live)) {
      const auto there = held.find(name);
      if (there == held.end()) {
        found(FindingKind::ValueNew, shown(*needed), "", needed->type, after, !needed->name.empty());
      } else {
        one_value(*there->second, *needed, after);
      }
    }
  }

  void one_value(const SignatureSlot& held, const SignatureSlot& needed, const SignaturePoint& at) {
    const bool proposal = needed.kind == abi::Kind::Proposal && held.kind == abi::Kind::Proposal;
    if (held.shape != needed.shape) {
      auto [before, after] = different_types(held, needed);
      found(proposal ? FindingKind::PayloadChanged : FindingKind::TypeChanged, shown(needed), before, after,
            at);
      return;
    }
    auto label = [](const SignatureSlot& slot) { return slot.advice ? "advice" : "trusted"; };
    if (held.advice != needed.advice)
      found(FindingKind::LabelChanged, shown(needed), label(held), label(needed), at);
    if (held.projection != needed.projection)
      found(FindingKind::ProjectionChanged, shown(needed), held.type, needed.type, at, true);
  }

  // By their names, or where those are equal by their structures.
  std::pair<std::string, std::string> different_types(const SignatureSlot& held,
                                                      const SignatureSlot& needed) const {
    if (held.type != needed.type) return {held.type, needed.type};
    const auto before = before_.shapes.find(held.shape), after = after_.shapes.find(needed.shape);
    if (before == before_.shapes.end() || after == after_.shapes.end()) return {held.type, needed.type};
    return {before->second, after->second};
  }

  void grants(const SignaturePoint& before, const SignaturePoint& after) {
    for (const SignatureGrant& held : before.grants) {
      const auto now = std::ranges::find(after.grants, held.name, &SignatureGrant::name);
      if (now == after.grants.end()) continue;  // nothing is written under it any more
      if (held.policy != now->policy)
        found(FindingKind::PolicyChanged, held.name, held.policy, now->policy, after);
      if (held.proposals != now->proposals)
        found(FindingKind::PayloadChanged, held.name, operations(held, *now), operations(*now, held), after);
    }
  }

  // The operations of a grant that are not the same in the other; all of them when only the order differs.
  static std::string operations(const SignatureGrant& grant, const SignatureGrant& other) {
    std::string different, all;
    auto add = [](std::string& to, const SignatureProposal& proposal) {
      to += (to.empty() ? "" : ", ") + proposal.operation;
      if (!proposal.undo.empty()) to += " undo " + proposal.undo;
    };
    for (const SignatureProposal& proposal : grant.proposals) {
      add(all, proposal);
      if (std::ranges::find(other.proposals, proposal) == other.proposals.end()) add(different, proposal);
    }
    return different.empty() ? all : different;
  }

  const Signature& before_;
  const Signature& after_;
  WorkflowUpgrade out_;
  bool bad_ = false;  // something was found at the wait point that is looked at
};

WorkflowUpgrade gone_workflow(const Signature& before) {
  WorkflowUpgrade upgrade{.workflow = before.workflow,
                          .old_version = before.version,
                          .verdict = WorkflowUpgrade::Verdict::Strands};
  UpgradeFinding finding{
      FindingKind::WorkflowGone, before.workflow, std::to_string(before.version), "", {}, false};
  for (const SignaturePoint& point : before.points) {
    if (point.kind != "start") finding.places.push_back({point.path, "", 0});
  }
  upgrade.findings.push_back(std::move(finding));
  return upgrade;
}

WorkflowUpgrade new_workflow(const Signature& after) {
  WorkflowUpgrade upgrade{
      .workflow = after.workflow, .new_version = after.version, .verdict = WorkflowUpgrade::Verdict::New};
  for (const SignaturePoint& point : after.points) upgrade.added.push_back(point.path);
  return upgrade;
}

}  // namespace

std::vector<WorkflowUpgrade> compare(const std::vector<Signature>& before,
                                     const std::vector<Signature>& after) {
  std::map<std::string, std::pair<const Signature*, const Signature*>> pairs;
  for (const Signature& signature : before) pairs[signature.workflow].first = &signature;
  for (const Signature& signature : after) pairs[signature.workflow].second = &signature;
  std::vector<WorkflowUpgrade> result;
  for (const auto& [name, pair] : pairs) {
    if (!pair.first) {
      result.push_back(new_workflow(*pair.second));
    } else if (!pair.second) {
      result.push_back(gone_workflow(*pair.first));
    } else {
      result.push_back(SignatureComparer(*pair.first, *pair.second).run());
    }
  }
  return result;
}

}  // namespace endcap::ir
