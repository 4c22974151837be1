/** Korean of what is said while something takes long. */
export const koreanProgress = {
  'Signing {order}': '서명하는 중: {order}',
  'Stopping: {order}; what was signed is made worthless':
    '멈추는 중: {order}, 이미 서명한 것은 무효가 됩니다',
  'stop what takes long: cancels an order that is being signed':
    '오래 걸리는 일을 멈추기: 서명 중인 주문은 취소',
  '{n} lots/s': '초당 {n}로트',
  channels: '채널',
  '{n} channels/s': '초당 채널 {n}개',
  'Esc cancels it': 'Esc로 취소',
  'it is being cancelled': '취소하는 중입니다',
  'loading {done} of {total}': '{total} 중 {done} 읽음',
  'reading the market': '시장을 읽는 중',
  'asking the exchange for its ledger': '거래소에 원장을 묻는 중',
  'opening the wallet': '지갑을 여는 중',
  'reading what was ordered before': '전에 낸 주문을 읽는 중',
} as const;
