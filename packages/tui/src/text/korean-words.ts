/** Korean for the glossary of the help, and for what a household is told about its standing. */
export const koreanWords = {
  Words: '말뜻',
  book: '호가',
  spread: '차이',
  'all-or-none': '전량',
  settle: '결제',
  '12 lots of others stand in front of yours at that price':
    '그 가격에서 내 앞에 남의 12로트가 있음',
  'an order to buy, at its price or lower': '그 가격이나 더 싸게 사는 주문',
  'an order to sell, at its price or higher': '그 가격이나 더 비싸게 파는 주문',
  'to buy at once, at the best ask': '최우선 매도 호가로 바로 삽니다',
  'to sell at once, at the best bid': '최우선 매수 호가로 바로 팝니다',
  'all orders that wait: the best price first, then the earliest':
    '기다리는 모든 주문. 좋은 가격 먼저, 그다음 이른 순서',
  'from the best bid to the best ask; mid is half way between':
    '최우선 매수와 매도 사이. 중간은 그 한가운데',
  'good till cancelled: waits until it is filled or cancelled':
    '체결되거나 취소될 때까지 기다립니다',
  'good till a time of day, then it is cancelled': '정한 시각까지 기다리고 그다음 취소됩니다',
  'immediate or cancel: trades what it can at once, the rest goes':
    '될 만큼 바로 체결하고 나머지는 취소합니다',
  'fill or kill: all of it at once, or nothing': '전부 바로 체결하거나 하나도 안 합니다',
  'waits beside the book and trades in full or not':
    '호가 옆에서 기다리다 전부 체결되거나 안 됩니다',
  'only ever waits: refused if it would trade at once':
    '기다리기만 합니다. 바로 체결될 주문이면 거절됩니다',
  'when a market takes no more orders, before its delivery': '인도 전에 시장이 주문을 그만 받는 때',
  'lots and ecoin change hands on the ledger, for good':
    '원장에서 로트와 ecoin이 완전히 넘어갑니다',
  'not settled in time: the ledger decides what becomes of it':
    '제때 결제되지 않음. 원장이 정합니다',
  'what is shown is proven current': '보이는 것이 지금 것임이 확인됨',
  'what is shown may be old; the connection is tried again':
    '보이는 것이 옛것일 수 있음. 다시 연결합니다',
  '{key}: no key here; {help} lists them': '{key}: 여기서는 쓰지 않는 키입니다. {help} 도움말',
  'nothing yet: r asks the operator for ecoin': '아직 없음: r로 운영자에게 ecoin을 요청합니다',
  'j k e x act here': 'j k e x는 여기서',
  'waited on the book': '호가에서 기다림',
  'traded at once': '바로 체결',
  changed: '바뀜',
  buy: '매수',
  sell: '매도',
  bought: '매수',
  sold: '매도',
  SUSPENDED: '거래 정지',
  'for the operator to let you in': '운영자의 참여 허락을 기다림',
  'something has yet to come: the market, or the operator’s leave':
    '시장이나 운영자의 허락이 아직 오지 않음',
  'The operator has suspended you: orders are cancelled, new ones refused':
    '운영자가 거래를 정지했습니다. 주문은 취소되고 새 주문은 거절됩니다',
  'You own {amount} ecoin now': '이제 ecoin {amount}을 가지고 있습니다',
  'You own {amount} kWh now': '이제 {amount} kWh를 가지고 있습니다',
} as const;
