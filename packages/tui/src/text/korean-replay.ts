/** Korean for a recorded day and the story of an order. */
export const koreanReplay = {
  'Recorded day': '기록된 하루',
  'RECORDED DAY': '기록된 하루',
  'PROVING THE RECORD': '기록 검증 중',
  'LOADING A CHECKPOINT': '저장 지점 불러오는 중',
  'ON THE WAY': '이동 중',
  'Esc quits': 'Esc 나가기',
  'Esc stops': 'Esc 멈춤',
  '{n} entries/s': '초당 {n}건',
  '{n} s left': '{n}초 남음',
  '{n} min left': '{n}분 남음',
  PLAYING: '재생',
  PAUSED: '멈춤',
  END: '끝',
  'entry {n} of {last}': '{last}건 중 {n}번째',
  'Go to a time (14:05:30) or an entry (1 to {n}):': '갈 시각(14:05:30)이나 기록 번호(1~{n}):',
  'type a time such as 14:05 or 14:05:30, or the number of an entry':
    '14:05나 14:05:30 같은 시각, 또는 기록 번호를 입력하세요',
  'Now at {time}': '지금 {time}',
  'Stopped: still at entry {n}': '멈췄습니다. 그대로 {n}번째 기록입니다',
  'Stopped on the way, at entry {n}': '가는 길에 멈췄습니다. {n}번째 기록입니다',
  'this is a recorded day: nothing can be ordered or cancelled in it':
    '기록된 하루입니다. 주문하거나 취소할 수 없습니다',
  'the record is still being proved': '기록을 아직 검증하고 있습니다',
  'nothing is under way': '진행 중인 것이 없습니다',
  'only own orders are explained: --as NAME says whose they are':
    '자기 주문만 설명합니다. --as NAME으로 누구인지 정하세요',
  'play/pause': '재생/멈춤',
  'play the recorded day, or pause it': '기록된 하루를 재생하거나 멈춥니다',
  step: '한 건씩',
  'one entry of the journal on': '기록 한 건 앞으로',
  'one entry of the journal back': '기록 한 건 뒤로',
  'on to the next trade': '다음 체결로',
  'back to the trade before': '앞 체결로',
  speed: '속도',
  'half as fast': '절반 속도로',
  'twice as fast': '두 배 속도로',
  'go to': '이동',
  'go to a time, or to an entry by its number': '시각이나 기록 번호로 갑니다',
  'to the beginning of the day': '하루의 처음으로',
  'to the end of the day': '하루의 끝으로',
  why: '이유',
  'why the selected order has not traded': '고른 주문이 체결되지 않은 이유',
  'end the long way that the day is on': '오래 걸리는 이동을 멈춥니다',
  'type a time such as 14:05, or the number of an entry':
    '14:05 같은 시각이나 기록 번호를 입력합니다',
  'play, or pause': '재생, 멈춤',
  'next entry, next trade': '다음 기록, 다음 체결',
  'go to a time': '시각으로 이동',
  'why it has not traded': '체결되지 않은 이유',
  'a recorded day has no wallet: its outputs are on the ledger':
    '기록된 하루에는 지갑이 없습니다. 출력은 원장에 있습니다',
  'order placed': '주문',
  'order changed': '주문 변경',
  'order cancelled': '주문 취소',
  'offers signed': '오퍼 서명',
  'offers refused': '오퍼 거절',
  'settlement sent': '결제 전송',
  'block of the ledger': '원장 블록',
  'market changed': '시장 변경',
  'somebody let in': '참여자 등록',
  'somebody suspended': '참여자 정지',
  'time passed': '시간 경과',
  'go there': '가기',
  'stay here': '그대로 있습니다',
  'back to the orders': '주문으로 돌아갑니다',
  WHY: '이유',
  'placed at {time}': '{time}에 낸 주문',
  'nobody has told what became of it': '이 주문이 어떻게 되었는지 알려진 것이 없습니다',
  'The newest trades in front of it': '앞서 체결된 최근 거래',
  '{n} trade': '체결 {n}건',
  '{n} trades': '체결 {n}건',
  '{lots} at {price}': '{price}에 {lots}',
  '{lots} at {time}: {reason}': '{time}에 {lots}: {reason}',
  'All of it traded.': '모두 체결되었습니다.',
  '{lots} never traded: {reason}.': '{lots}는 체결되지 않았습니다: {reason}.',
  'Its wallet has not signed yet: until then it is on no book, and nobody can trade with it.':
    '지갑이 아직 서명하지 않았습니다. 서명하기 전에는 호가에 없고 아무도 거래할 수 없습니다.',
  'The market matches nothing at present: every order waits until it trades again.':
    '지금 시장은 체결하지 않습니다. 모든 주문이 다시 열리기를 기다립니다.',
  'It trades in full or not at all, and nobody has wanted all of it at its price.':
    '전량이 아니면 체결되지 않는 주문인데, 그 가격에 전량을 원한 사람이 없습니다.',
  'Others pay more: bids up to {price} trade before it.':
    '더 비싸게 사려는 사람이 있습니다. {price}까지의 매수가 먼저 체결됩니다.',
  'Others ask less: asks from {price} on trade before it.':
    '더 싸게 팔려는 사람이 있습니다. {price}부터의 매도가 먼저 체결됩니다.',
  'Others came earlier at its price: {lots} trade before it.':
    '같은 가격에 먼저 온 사람이 있습니다. {lots}가 먼저 체결됩니다.',
  'It is first in line: the next who sells at {price} or lower trades with it.':
    '맨 앞입니다. 다음에 {price} 이하로 파는 사람과 체결됩니다.',
  'It is first in line: the next who buys at {price} or higher trades with it.':
    '맨 앞입니다. 다음에 {price} 이상으로 사는 사람과 체결됩니다.',
  'Its wallet had not signed by then.': '그때까지 지갑이 서명하지 않았습니다.',
  'The market matched nothing at that time.': '그때 시장은 체결하지 않았습니다.',
  'Nobody had wanted all of it at its price by then.':
    '그때까지 그 가격에 전량을 원한 사람이 없었습니다.',
  'Others paid more: bids up to {price} were in front.':
    '더 비싸게 사려는 사람이 있었습니다. {price}까지의 매수가 앞에 있었습니다.',
  'Others asked less: asks from {price} on were in front.':
    '더 싸게 팔려는 사람이 있었습니다. {price}부터의 매도가 앞에 있었습니다.',
  'Others had come earlier at its price: {lots} were still in front.':
    '같은 가격에 먼저 온 {lots}가 아직 앞에 있었습니다.',
  'It was first in line, but nobody sold at {price} or lower.':
    '맨 앞이었지만 {price} 이하로 파는 사람이 없었습니다.',
  'It was first in line, but nobody bought at {price} or higher.':
    '맨 앞이었지만 {price} 이상으로 사는 사람이 없었습니다.',
  place: '순서',
  'in front': '앞선 것',
  'other side': '상대편',
  traded: '체결',
  ended: '끝남',
  'it never had one: it was never on the book': '없었습니다. 호가에 오른 적이 없습니다',
  nothing: '없음',
  'since {time}: {before} in front at its price then, {now} now':
    '{time}부터. 같은 가격에 앞선 것: 그때 {before}, 지금 {now}',
  'since {time}: {before} in front at its price then, {now} at last':
    '{time}부터. 같은 가격에 앞선 것: 그때 {before}, 끝에 {now}',
  'since {time}: {before} in front at its price then; it left the book':
    '{time}부터. 같은 가격에 앞선 것: 그때 {before}. 호가에서 내려왔습니다',
  'it lost an earlier one: a new price, or more lots, begin at the back':
    '앞서 있던 순서를 잃었습니다. 가격을 바꾸거나 늘리면 맨 뒤부터입니다',
  '{trades} at better prices: {lots}': '더 좋은 가격의 {trades}: {lots}',
  '{trades} at its price, earlier in the queue: {lots}': '같은 가격에 먼저 온 {trades}: {lots}',
  '{lots} in front were taken back without trading': '앞의 {lots}는 체결 없이 거두어졌습니다',
  '{lots} came back in front: a trade of theirs was not settled':
    '결제되지 않은 {lots}가 앞으로 돌아왔습니다',
  '{lots} traded at its price or worse while its wallet had not signed':
    '지갑이 서명하지 않은 동안 그 가격이나 더 나쁜 가격에 {lots}가 체결되었습니다',
  'nothing has traded in front of it': '앞서 체결된 것이 없습니다',
  'nobody has offered to sell since it came': '주문한 뒤로 팔려는 사람이 없었습니다',
  'nobody has offered to buy since it came': '주문한 뒤로 사려는 사람이 없었습니다',
  'at best it sold at {price}, {away} above, at {time}':
    '가장 가까운 매도는 {time}의 {price}, {away} 높습니다',
  'at best it bought at {price}, {away} below, at {time}':
    '가장 가까운 매수는 {time}의 {price}, {away} 낮습니다',
  'it came to {price} at {time}, while the wallet had not signed':
    '{time}에 {price}까지 왔지만 지갑이 서명하지 않았습니다',
  'it came to {price} at {time}': '{time}에 {price}까지 왔습니다',
  'it waited {span} for its wallet to sign': '지갑의 서명을 {span} 기다렸습니다',
  'for {span} of its time the market matched nothing': '그동안 {span}은 시장이 체결하지 않았습니다',
  '{n} of {lots}, in {trades}': '{lots} 중 {n}, {trades}',
} as const;
