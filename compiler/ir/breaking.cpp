// Comparison of two upgrade signatures.
#include "compiler/ir/breaking.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "compiler/sema/tests.h"
#include "runtime/abi/parts.h"

namespace endcap::ir {
namespace {

using FindingKind = UpgradeFinding::Kind;
using FindingPlace = UpgradeFinding::Place;

// See abi::WaitPoint::ProposalRef::knows.
constexpr std::string_view kForTargets = "for ";

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

// `path` is `above`, or stands below it.
bool under(std::string_view path, std::string_view above) {
  return path.starts_with(above) &&
         (path.size() == above.size() ||
          std::string_view(". ").find(path[above.size()]) != std::string_view::npos);
}

std::string shown(const SignatureSlot& slot) {
  return slot.name.empty() ? "a value the compiler keeps" : slot.name;
}

// As far as an older Endcap noted it: nothing that instances depend on has changed, nor has any line moved.
bool same_text(const Signature& before, const Signature& after) {
  const auto place = [](const SignaturePoint& point) { return std::tie(point.path, point.file, point.line); };
  return before.hash == after.hash && before.version == after.version &&
         std::ranges::equal(before.points, after.points, {}, place, place);
}

class SignatureComparer {
 public:
  SignatureComparer(const Signature& before, const Signature& after)
      : before_(before),
        after_(after),
        clause_(clause_from(after, before.version)),
        compares_parts_(before.parts_noted || !same_text(before, after)) {}

  WorkflowUpgrade run() {
    out_.workflow = after_.workflow;
    out_.old_version = before_.version;
    out_.new_version = after_.version;
    const bool same = before_.hash == after_.hash;
    if (same ? after_.version < before_.version : after_.version <= before_.version) version_not_raised();
    if (!same) keys();
    std::map<std::string, uint32_t> occurrences;
    std::set<std::string> reached;
    for (const SignaturePoint& point : before_.points) {
      const std::string path = renamed(point.path, clause_, after_);
      here_ = &out_.points.emplace_back();
      here_->before = point.path;
      here_->occurrence = occurrences[path]++;
      of_point(point, after_.find(path, here_->occurrence));
      reached.insert(path);
    }
    here_ = nullptr;
    for (const SignaturePoint& point : after_.points) {
      if (!reached.contains(point.path)) out_.added.push_back(point.path);
    }
    if (clause_ != nullptr) lost_renames();
    out_.verdict = !out_.findings.empty() ? WorkflowUpgrade::Verdict::Strands
                   : same                 ? WorkflowUpgrade::Verdict::Same
                                          : WorkflowUpgrade::Verdict::Maps;
    return std::move(out_);
  }

 private:
  // The same finding at several wait points is one finding with several places.
  void found(FindingKind kind, std::string subject, std::string before, std::string after,
             const SignaturePoint& at, bool clause_helps = false) {
    const FindingPlace place{at.path, at.file, at.line};
    for (size_t i = 0; i < out_.findings.size(); ++i) {
      UpgradeFinding& finding = out_.findings[i];
      if (finding.kind != kind || finding.subject != subject || finding.before != before ||
          finding.after != after)
        continue;
      finding.places.push_back(place);
      here_->findings.push_back(i);
      return;
    }
    here_->findings.push_back(out_.findings.size());
    out_.findings.push_back(
        {kind, std::move(subject), std::move(before), std::move(after), {place}, clause_helps});
  }

  // A clause may name what an older deploy has renamed already; but not what was never there.
  void lost_renames() {
    for (const auto& rename : clause_->renames) {
      const bool known = std::ranges::any_of(before_.points, [&](const SignaturePoint& point) {
        return under(sema::written_path(point.path), rename.before);
      });
      if (!known) out_.lost.push_back(rename.before);
    }
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
    here_->findings.push_back(out_.findings.size());
    out_.findings.push_back({FindingKind::PointGone,
                             point.path,
                             point.kind,
                             "",
                             {near(renamed(point.path, clause_, after_))},
                             true});
  }

  void of_point(const SignaturePoint& before, const SignaturePoint* after) {
    if (!after) return gone(before);
    here_->after = after->path;
    const std::string machine = renamed(before.machine, clause_, after_);
    if (before.kind != after->kind || machine != after->machine) {
      const auto text = [](const std::string& kind, const std::string& whose) {
        return whose.empty() ? kind : kind + " in " + whose;
      };
      found(FindingKind::KindChanged, before.path, text(before.kind, machine),
            text(after->kind, after->machine), *after);
      return;
    }
    if (before.kind == "run" && before.call != after->call) {
      found(FindingKind::KindChanged, before.path, "run " + before.call, "run " + after->call, *after);
      return;
    }
    // Nobody stands at a `throughout`: it begins to listen, and the workflow goes on.
    if (before.kind != "throughout") values(before, *after);
    grants(before, *after);
    control(before, *after);
    leaves(before, *after);
    if (before.call != after->call || before.payload != after->payload)
      found(FindingKind::PayloadChanged, before.call, before.call, after->call, *after);
    events(before, *after);
    parts(std::string(kGiven), before.brings, after->brings, *after);
    if (before.element != after->element || before.collected != after->collected)
      found(FindingKind::ElementChanged, before.path, structure(before_, before), structure(after_, *after),
            *after);
    if (here_->findings.empty() && before.path == after->path) out_.unchanged.push_back(before.path);
  }

  // Whoever waits has been sent here already: what follows has to be written for who sent them.
  void control(const SignaturePoint& before, const SignaturePoint& after) {
    if (before.advice && !after.advice)
      return found(FindingKind::ControlChanged, before.path, "advice", "trusted", after);
    for (const std::string& unasked : before.unasked) {
      if (std::ranges::find(after.unasked, unasked) != after.unasked.end()) continue;
      const std::string grant = unasked.substr(0, unasked.find(':'));
      if (std::ranges::find(after.grants, grant, &SignatureGrant::name) == after.grants.end()) continue;
      found(FindingKind::UnaskedChanged, grant, "before advice led here", "under it", after);
    }
  }

  // A leaf is written once. What the new version may have written there itself is of others: it is checked.
  void leaves(const SignaturePoint& before, const SignaturePoint& after) {
    const auto in = [](const std::vector<std::string>& parts, const std::string& part) {
      return std::ranges::find(parts, part) != parts.end();
    };
    for (const std::string& part : after.ahead) {
      if ((!in(before.written, part) || in(after.written, part)) &&
          (!in(before.written_now, part) || in(after.written_now, part)))
        continue;
      const size_t colon = part.find(':');
      found(FindingKind::WrittenAlready, part.substr(0, colon), part.substr(colon + 2), "", after);
    }
  }

  // The n-th of a name is the n-th of it in the other version.
  void events(const SignaturePoint& before, const SignaturePoint& after) {
    if (before.kind == "event" && before.events.front().name != after.events.front().name) {
      found(FindingKind::EventGone, before.events.front().name, before.events.front().name,
            after.events.front().name, after);
      return;
    }
    std::set<size_t> taken;
    for (const SignatureEvent& old : before.events) {
      std::optional<uint32_t>& to = here_->events.emplace_back();
      for (uint32_t i = 0; i < after.events.size() && !to; ++i) {
        if (after.events[i].name == old.name && taken.insert(i).second) to = i;
      }
      if (!to) continue;  // not heard any more
      const SignatureEvent& now = after.events[*to];
      // Without a key every event of the kind is looked at, and the guard decides.
      if (now.key.empty() || (now.key == old.key && now.key_shape == old.key_shape)) continue;
      found(FindingKind::EventKeyChanged, old.name, old.key.empty() ? "nothing" : old.key, now.key, after);
      to.reset();
    }
    for (uint32_t i = 0; i < after.events.size(); ++i) {
      if (taken.contains(i) || after.kind == "throughout") continue;
      here_->fresh_events.push_back(i);
      if (!after.events[i].key.empty())
        found(FindingKind::EventNew, after.events[i].name, "", after.events[i].key, after);
    }
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
    std::map<const SignatureSlot*, PointMap::Source> sources;
    for (const auto& [name, needed] : by_name(after.live)) {
      const auto there = held.find(name);
      if (auto again = before.kind == "start" ? std::nullopt : read_again(*needed, before, held)) {
        sources[needed].reread = std::move(again);
      } else if (there != held.end()) {
        sources[needed].held = static_cast<uint32_t>(there->second - before.live.data());
        one_value(*there->second, *needed, after);
      } else if (const auto* value = given(*needed)) {
        sources[needed].value = value->value;
      } else {
        found(FindingKind::ValueNew, shown(*needed), "", needed->type, after, !needed->name.empty());
      }
    }
    for (const SignatureSlot& slot : after.live) here_->values.push_back(sources[&slot]);
  }

  // What the clause gives a value that the old version does not hold. It is trusted: an author wrote it.
  const SignatureUpgrade::Default* given(const SignatureSlot& needed) const {
    if (clause_ == nullptr || needed.name.empty() || needed.advice) return nullptr;
    for (const auto& value : clause_->defaults) {
      if (value.name == needed.name && value.shape == needed.shape) return &value;
    }
    return nullptr;
  }

  // What the clause has read again, when the old version holds what finds it: under one name each.
  using Held = std::map<std::string, const SignatureSlot*>;
  std::optional<PointMap::Source::Reread> read_again(const SignatureSlot& needed,
                                                     const SignaturePoint& before, const Held& held) const {
    for (uint32_t i = 0; clause_ != nullptr && i < clause_->rereads.size(); ++i) {
      const SignatureUpgrade::Reread& value = clause_->rereads[i];
      if (value.name != needed.name || value.shape != needed.shape) continue;
      for (uint32_t way = 0; way < value.ways.size(); ++way) {
        if (auto cells = found_by(value.ways[way], needed, before, held))
          return PointMap::Source::Reread{i, way, std::move(*cells)};
      }
    }
    return std::nullopt;
  }

  std::optional<std::vector<std::optional<uint32_t>>> found_by(
      const std::vector<SignatureUpgrade::Reread::Cell>& way, const SignatureSlot& needed,
      const SignaturePoint& before, const Held& held) const {
    std::vector<std::optional<uint32_t>> result;
    for (const auto& cell : way) {
      result.emplace_back();
      if (cell.from.empty()) continue;
      const auto there = held.find(cell.from + "#1");
      if (there == held.end() || held.contains(cell.from + "#2")) return std::nullopt;
      const SignatureSlot& slot = *there->second;
      // By its own key it is the same entity, whoever chose it; anything else that advice chose finds
      // another.
      const bool itself = cell.from == needed.name;
      if (advised(slot, cell.field) && (!itself || !abi::covers(needed.advised, abi::kItself)))
        return std::nullopt;
      if (slot.advice && abi::covers(slot.advised, abi::kControl) &&
          (!itself || !abi::covers(needed.advised, abi::kControl)))
        return std::nullopt;
      if (itself && slot.type != needed.type) return std::nullopt;
      const auto field = slot.fields.find(cell.field);
      if (cell.field.empty() ? slot.shape != cell.shape
                             : field == slot.fields.end() || field->second != cell.shape)
        return std::nullopt;
      result.back() = static_cast<uint32_t>(&slot - before.live.data());
    }
    return result;
  }

  // Whether a field of it is advice, which a view can say of a value that is trusted itself; without one,
  // whether anything of it is.
  static bool advised(const SignatureSlot& slot, const std::string& field) {
    return field.empty() ? slot.advice : abi::covers(slot.advised, "." + field);
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
    else
      parts(shown(needed), held.advised, needed.advised, at);
    if (held.projection != needed.projection)
      found(FindingKind::ProjectionChanged, shown(needed), held.type, needed.type, at, true);
  }

  // What is advice part by part stays so. What has become more careful than it must be is no harm.
  void parts(const std::string& subject, const abi::Parts& held, const abi::Parts& needed,
             const SignaturePoint& at) {
    if (!compares_parts_) return;
    for (const std::string& part : held) {
      if (abi::covers(needed, part)) continue;
      const std::string what = part == abi::kItself    ? "chosen by "
                               : part == abi::kControl ? "given its value by "
                                                       : "";
      found(FindingKind::LabelChanged, what.empty() ? subject + part : subject, what + "advice",
            what + (what.empty() ? "trusted" : "what is trusted"), at);
      out_.findings[here_->findings.back()].parts_unknown = !before_.parts_noted;
    }
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
      if (held.policy != now->policy) {
        found(FindingKind::PolicyChanged, held.name, held.policy, now->policy, after);
      } else if (held.facts != now->facts) {
        found(FindingKind::PolicyChanged, held.name, held.policy, now->policy + " with other facts", after);
      }
      if (held.by_line && !now->by_line)
        found(FindingKind::WholeAgain, held.name, "by line", "as a whole", after);
      if (held.proposals != now->proposals)
        found(FindingKind::PayloadChanged, held.name, operations(held, *now), operations(*now, held), after);
      else
        known(held, *now, after);
    }
  }

  // What was asked for without an advice may be written behind the wait where the new version lets that
  // advice decide, since it asks knowing of it. What is asked for just there is all written behind it.
  void known(const SignatureGrant& held, const SignatureGrant& now, const SignaturePoint& after) {
    for (size_t i = 0; compares_parts_ && i < now.knows.size(); ++i) {
      const std::string written = now.name + ": " + now.proposals[i].name;
      if (after.kind != "approve" && std::ranges::find(after.ahead, written) == after.ahead.end()) continue;
      for (const std::string& advice : now.knows[i]) {
        if (knew(held.knows[i], advice)) continue;
        const bool of_targets = advice.starts_with(kForTargets);
        found(FindingKind::UnaskedChanged, held.name,
              "without knowing the advice of " +
                  (of_targets ? advice.substr(kForTargets.size()) + " in what it is for" : advice),
              "knowing it", after);
        out_.findings[here_->findings.back()].parts_unknown = !before_.parts_noted;
      }
    }
  }

  // Advice that decided that it was asked for at all is known for its targets too.
  static bool knew(const abi::Parts& knows, const std::string& advice) {
    const auto has = [&](std::string_view name) { return std::ranges::find(knows, name) != knows.end(); };
    return has(advice) ||
           (advice.starts_with(kForTargets) && has(std::string_view(advice).substr(kForTargets.size())));
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
  const SignatureUpgrade* clause_;
  bool compares_parts_;
  PointMap* here_ = nullptr;  // the wait point that is looked at
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

const SignatureUpgrade* clause_from(const Signature& after, uint32_t version) {
  const auto found = std::ranges::find(after.upgrades, version, &SignatureUpgrade::from);
  return found == after.upgrades.end() ? nullptr : &*found;
}

// The longest rename that fits counts: a wait may leave a step that has another name now. What a loop runs
// over is part of a path and not of how an author writes it; the new version knows.
std::string renamed(std::string_view path, const SignatureUpgrade* clause, const Signature& after) {
  const abi::UpgradeClause::Rename* best = nullptr;
  const std::string written = sema::written_path(path);
  for (size_t i = 0; clause != nullptr && i < clause->renames.size(); ++i) {
    const auto& rename = clause->renames[i];
    if (under(written, rename.before) && (!best || rename.before.size() > best->before.size()))
      best = &rename;
  }
  if (best == nullptr) return std::string(path);
  const std::string now = best->after + written.substr(best->before.size());
  for (const SignaturePoint& point : after.points) {
    if (sema::written_path(point.path) == now) return point.path;
    if (point.machine.size() + 8 == point.path.size() && sema::written_path(point.machine) == now)
      return point.machine;  // of a branch or handler, which is no wait point
  }
  return now;
}

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
