/** Korean of what the operator's screen says, and of what the operator tells a household. */
export const koreanOperator = {
  'the operator has suspended you': '운영자가 거래를 정지했습니다',
} as const;
