// What clients and partners want in a simulated life: see wishes.h.
#include "tests/sim/wishes.h"

#include <algorithm>

#include "tests/sim/promise.h"

namespace endcap::test {
namespace {

constexpr const char* kWorkflows[] = {"Launch", "Launch", "Launch", "Wait",  "Hear",  "Do",       "Count",
                                      "Both",   "Chain",  "Nest",   "Nest",  "Raise", "Raise",    "Ask",
                                      "Ask",    "Mend",   "Await",  "Once",  "Late",  "Tolerant", "Tolerant",
                                      "Spread", "Spread", "Spend",  "Spend", "Spend", "Spend",    "Visit",
                                      "Sweep",  "Sweep",  "Twice"};

// An answer is remembered for 30 days: nobody sends again later.
const Instant kSendsAgainUntil = kMonday + 25 * kDay;

// Sometimes over in one go, sometimes in many; of some nothing matches, or there is nothing to look at.
std::string sweeping(const std::string& id, Choices& choices) {
  constexpr uint64_t kInner[] = {1, 1, 300, 300, 300, 20'000, 20'000, 200'000};  // the last takes its time
  const uint64_t inner = kInner[choices.roll(std::size(kInner))];
  const uint64_t outer = choices.one_in(8) ? 0 : 1 + choices.roll(inner == 1 ? 400 : inner == 300 ? 900 : 20);
  const uint64_t matching = choices.roll(150);
  return fmt::format("{}/{}/{}/{}", id, outer, inner, matching == 0 ? 0 : 1 + outer * inner / matching);
}

}  // namespace

void Wishes::make(uint64_t number) {
  using What = Wish::What;
  const std::string id = "P-" + std::to_string(number);
  const std::string workflow = kWorkflows[choices_.roll(std::size(kWorkflows))];
  const bool shortfall = workflow == "Raise" || workflow == "Ask";  // of few keys, so that some meet
  const std::string name = shortfall ? fmt::format("{}/A/S{}/{}", id, choices_.roll(2), number % 100)
                           : workflow == "Spend"
                               ? fmt::format("{}/C{}/{}", id, choices_.roll(2), 1 + choices_.roll(4))
                           : workflow == "Sweep" ? sweeping(id, choices_)
                                                 : id;
  constexpr int64_t kCosts[] = {5, 20, 20, 70, 200};
  estate_.costs(id, kCosts[choices_.roll(5)]);
  wishes_.push_back({What::Start, workflow, name, "r" + id});
  if (choices_.one_in(3)) wishes_.push_back({What::Cancel, "", id, "c" + id});
  if (choices_.one_in(3)) wishes_.push_back({What::PartnerBegins, "", "Q-" + id, "b" + id});
  if (choices_.one_in(3))
    wishes_.push_back({What::PartnerCancels, "", choices_.one_in(2) ? id : "Q-" + id, "a" + id});
  if (choices_.one_in(3)) wishes_.push_back({What::Reschedule, "", id, "m" + id});
  trace_.tell("somebody will want {} {}", workflow, name);
}

void Wishes::send_any() {
  if (wishes_.empty()) return;
  const size_t place = choices_.roll(wishes_.size());
  const Wish& wish = wishes_[place];
  if (wish.reply && (!choices_.one_in(4) || world_.now > kSendsAgainUntil)) return;
  if (wish.sent && !wish.reply && !choices_.one_in(8)) return;
  send(place);
}

void Wishes::send_unanswered() {
  for (size_t place = 0; place < wishes_.size(); ++place) {
    if (!wishes_[place].reply) send(place);
  }
}

void Wishes::process_ended() {
  for (Wish& wish : wishes_) wish.sent = false;
}

bool Wishes::all_answered() const {
  return std::ranges::all_of(wishes_, [](const Wish& wish) { return wish.reply.has_value(); });
}

std::string Wishes::any_id() { return wishes_.empty() ? "P-1" : wishes_[choices_.roll(wishes_.size())].id; }

void Wishes::send(size_t place) {
  using What = Wish::What;
  Wish& wish = wishes_[place];
  wish.sent = true;
  constexpr const char* kTold[] = {"start", "cancellation of", "rescheduling of", "a partner begins",
                                   "a partner cancels"};
  trace_.tell("{} {} {} is sent", kTold[static_cast<size_t>(wish.what)], wish.workflow, wish.id);
  const auto reply = [this, place](std::expected<std::string, Refusal> result) {
    answered(place, std::move(result));
  };
  const std::string id = Json{{"id", wish.id}}.dump();
  Engine& engine = world_.input();
  switch (wish.what) {
    case What::Start:
      return engine.start({wish.workflow, id, wish.request, reply});
    case What::PartnerBegins:
    case What::PartnerCancels:
      return engine.inbound({"Offers", 1, wish.what == What::PartnerBegins ? "begin" : "cancel", "Market",
                             "acme", wish.request, id, reply});
    case What::Cancel:
      return engine.event({"/estate", wish.request, "retail.cancelled", id, reply});
    case What::Reschedule: {
      const Instant at = world_.now + (choices_.one_in(2) ? kDay : -kDay);  // some come too late
      const Json data = {{"RetailPromotion", wish.id}, {"At", instant_to_text(at)}};
      return engine.event({"/estate", wish.request, "retail.rescheduled", data.dump(), reply});
    }
  }
}

void Wishes::answered(size_t place, std::expected<std::string, Refusal> result) {
  Wish& wish = wishes_[place];
  if (!result && result.error().kind == Refusal::Kind::Overloaded) return;  // not known: asks again
  Json reply = result ? Json::parse(*result) : Json{{"refused", result.error().message}};
  trace_.tell("{} is answered {}", wish.request, trace_ ? reply.dump() : "");
  if (wish.reply && wish.what == Wish::What::Start)
    require(*wish.reply == reply, "the same request was answered {} and {}", *wish.reply, reply);
  if (wish.reply && wish.what == Wish::What::PartnerCancels)
    require(reply.value("duplicate", false), "what a partner sent was taken again: {}", reply);
  wish.reply = std::move(reply);
}

}  // namespace endcap::test
