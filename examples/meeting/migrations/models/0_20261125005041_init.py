from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS `meetings` (
    `id` BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `url_code` VARCHAR(255) NOT NULL UNIQUE,
    `created_at` DATETIME(6) NOT NULL
) CHARACTER SET utf8mb4;
CREATE TABLE IF NOT EXISTS `aerich` (
    `id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    `version` VARCHAR(255) NOT NULL,
    `app` VARCHAR(100) NOT NULL,
    `content` JSON NOT NULL
) CHARACTER SET utf8mb4;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        """


MODELS_STATE = (
    "eJzllW1v0zAQx79KlFdDgqlLH+FdWworoi1aI0BDyHITN7Xq2F3isFWj3x2fk9Rp0haKgA"
    "14F//vzj7/Lr67t0PhExafjwiRlAcjWNkvrHub45Coj732p5aNVytjBUHiGUsDUk8t4lks"
    "I+xJpc8xi4mSfBJ7EV1JKrhSecIYiMJTjirKSAmnNwlBUgRELkikDJ8+K5lyn9yROF+ulm"
    "hOCfN3UqY+nK11JNcrrfVoMOTylfaFA2fIEywJufFfreVC8G0A5RLUgHASYUngBBklcANI"
    "MLtsfqk0WeOSZlmI8ckcJ0wWbjxDRrMRGk9cNB24CNknMPIEB74q1VgDCCCFZ88dp15vO7"
    "V6q9NstNvNTq2jfHW+VVN7kyZjaKVbaWbD18OxCwkJVcS0uiBsdAyWOI3SxTD0k4gptj6p"
    "1qC/wNH+ChRjSnVQFyzXIaf+eAsR4jvECA/kQi2dZvMI5Pfdq/5l9+pMeT3ZRT3OTE5qA+"
    "qGshcRoIGwrHJ+qSyShmQ/693IEm0/Cz3PP36GfS4Y+Obx/wn66oL+hLN1VvUj8N3haDB1"
    "u6N3cFwYxzdM8+u6A7A4Wl2X1LNWqU7bTawPQ/fSgqV1PRkPNF4RyyDSJxo/99qGnHAiBe"
    "LiFmG/8IPmak5tA21uviw8NRBm2Fve4shHFYtwxCHfqil0wrKCOQ50zQAupJkNgC6JqLfY"
    "Nxoyy9GhgI3PoxkJ/8s8cC4a7Uan3mpsx8BWOdb9v9/pv5AohpROaPSFkF/T5x+61/z+Tg"
    "+P6gTCmfs/SPeiVvsBusrrIF1tK81RwSXhe4bom+lkfGCAmpDy9KSetL5ajMaVXvEX0D4C"
    "F2DsjMic6dmo+7GMu/920ivPPtigp9A/6DDbfAOgQxqD"
)
